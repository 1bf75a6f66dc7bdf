// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;

/** Makes batches with Kafka's own client library. */
public final class LogBatches {
    private LogBatches() {}

    /** Makes a batch of values with one timestamp. */
    public static ByteBuffer at(long timestamp, String... values) {
        return MemoryRecords.withRecords(Compression.NONE, records(timestamp, values))
                .buffer();
    }

    /** Makes a batch of an idempotent producer. */
    public static ByteBuffer idempotent(long producer, int epoch, int sequence, String... values) {
        return MemoryRecords.withIdempotentRecords(
                        Compression.NONE, producer, (short) epoch, sequence, records(1_000, values))
                .buffer();
    }

    /** Makes a batch of a producer's transaction. */
    public static ByteBuffer transactional(long producer, int epoch, int sequence, String... values) {
        return MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producer, (short) epoch, sequence, records(1_000, values))
                .buffer();
    }

    /** Joins batches in one buffer. */
    public static ByteBuffer joined(ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocateDirect(
                Arrays.stream(batches).mapToInt(ByteBuffer::remaining).sum());
        Arrays.stream(batches).forEach(all::put);
        return all.flip();
    }

    /** Reads the values of all records in a buffer of batches. */
    public static java.util.List<String> values(ByteBuffer bytes) {
        java.util.List<String> values = new java.util.ArrayList<>();
        MemoryRecords.readableRecords(bytes.duplicate())
                .records()
                .forEach(record -> values.add(Utils.utf8(record.value(), record.valueSize())));
        return values;
    }

    private static SimpleRecord[] records(long timestamp, String... values) {
        return Arrays.stream(values)
                .map(value -> new SimpleRecord(timestamp, null, value.getBytes(StandardCharsets.UTF_8)))
                .toArray(SimpleRecord[]::new);
    }
}
