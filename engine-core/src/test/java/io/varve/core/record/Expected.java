// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Holds a record by value, on which Kafka's reader and Varve's must agree. */
record Expected(long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<Field> headers) {
    record Field(String key, ByteBuffer value) {}

    static Expected random(RandomGenerator random, long offset) {
        List<Field> headers = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? random.nextInt(5) : 0;
        for (int i = 0; i < count; i++) {
            headers.add(new Field("hé-" + random.nextInt(100), bytes(random, 20)));
        }
        long timestamp = 1_700_000_000_000L + random.nextInt(100_000) - 50_000;
        return new Expected(offset, timestamp, bytes(random, 40), bytes(random, 2_000), headers);
    }

    /** Makes bytes of which half repeat, so that they can be compressed. */
    private static ByteBuffer bytes(RandomGenerator random, int most) {
        int kind = random.nextInt(6);
        if (kind == 0) {
            return null;
        }
        byte[] bytes = new byte[kind == 1 ? 0 : random.nextInt(most)];
        random.nextBytes(bytes);
        Arrays.fill(bytes, 0, bytes.length / 2, (byte) 'v');
        return ByteBuffer.wrap(bytes);
    }

    static ByteBuffer utf8(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    /**
     * Iterates over a batch without keys and values.
     *
     * @return the numbers of the records without a key, from 0
     */
    static List<Integer> keyless(ByteBuffer batch, int maxDecompressedBytes) {
        try (RecordIterator records = RecordIterator.withoutBodies(batch, 0, maxDecompressedBytes)) {
            List<Integer> missing = new ArrayList<>();
            for (int i = 0; records.next(); i++) {
                if (!records.hasKey()) {
                    missing.add(i);
                }
            }
            return missing;
        }
    }

    /** Returns the record for Kafka's builder. */
    SimpleRecord simple() {
        Header[] fields = headers.stream()
                .map(field -> new RecordHeader(field.key, array(field.value)))
                .toArray(Header[]::new);
        return new SimpleRecord(timestamp, array(key), array(value), fields);
    }

    void appendTo(RecordBatchBuilder builder) {
        List<io.varve.core.record.RecordHeader> fields = headers.stream()
                .map(field -> new io.varve.core.record.RecordHeader(field.key, field.value))
                .toList();
        builder.appendAt(offset, timestamp, key, value, fields);
    }

    /** Copies a record that Kafka read. */
    static Expected of(org.apache.kafka.common.record.internal.Record record) {
        List<Field> headers = Arrays.stream(record.headers())
                .map(header -> new Field(header.key(), header.value() == null ? null : ByteBuffer.wrap(header.value())))
                .toList();
        return new Expected(record.offset(), record.timestamp(), copy(record.key()), copy(record.value()), headers);
    }

    /** Copies the record at Varve's iterator. */
    static Expected of(RecordIterator record) {
        List<Field> headers = record.headers().stream()
                .map(header -> new Field(header.key(), copy(header.value())))
                .toList();
        return new Expected(record.offset(), record.timestamp(), copy(record.key()), copy(record.value()), headers);
    }

    /** Reads every record of a batch with Varve's iterator. */
    static List<Expected> read(ByteBuffer buffer, int at) {
        List<Expected> read = new ArrayList<>();
        try (RecordIterator records = RecordIterator.of(buffer, at, 64 << 20)) {
            while (records.next()) {
                read.add(of(records));
            }
        }
        return read;
    }

    private static byte[] array(ByteBuffer buffer) {
        return buffer == null ? null : buffer.array();
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return buffer == null
                ? null
                : ByteBuffer.allocate(buffer.remaining())
                        .put(buffer.duplicate())
                        .flip();
    }
}
