// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BufferSlice;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Converts stored batches some bytes of which are damaged. */
class DamagedBatchTest {
    private static final int MAX_BYTES = 1 << 20;

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE", "GZIP", "SNAPPY", "LZ4"})
    void whatIsBeforeADamagedBatchIsGivenAndNothingOfIt(CompressionType codec) {
        ByteBuffer two = twoBatches(codec);
        int second = BatchHeader.sizeInBytes(two, 0);
        for (int at = second + BatchHeader.LOG_OVERHEAD - Integer.BYTES; at < two.limit(); at++) {
            if (at >= second + BatchHeader.LOG_OVERHEAD && at < second + BatchHeader.LOG_OVERHEAD + Integer.BYTES) {
                continue; // the leader epoch, which no checksum covers
            }
            ByteBuffer damaged = ByteBuffer.allocate(two.limit()).put(two.duplicate());
            damaged.put(at, (byte) ~damaged.get(at)).flip();
            DownConversion.DownConverted before = convert(0, damaged);
            assertThat(MemoryRecords.readableRecords(before.messages()).records())
                    .as("damaged byte %s", at)
                    .extracting(Record::offset)
                    .containsExactly(0L, 1L);
            assertThat(before.nextOffset()).isEqualTo(2);
            ByteBuffer alone = damaged.slice(second, damaged.limit() - second);
            assertThatThrownBy(() -> convert(2, alone))
                    .as("damaged byte %s", at)
                    .isInstanceOf(InvalidBatchException.class);
        }
    }

    @Test
    void batchesThatNobodyWantsAnyMoreAreNotConverted() {
        AtomicInteger asked = new AtomicInteger();
        DownConversion.DownConverted one = new DownConversion(
                        0, (byte) 1, MAX_BYTES, () -> asked.getAndIncrement() == 0)
                .convert(new BufferSlice(twoBatches(CompressionType.NONE)));
        assertThat(one.nextOffset()).isEqualTo(2);
    }

    private static DownConversion.DownConverted convert(long from, ByteBuffer batches) {
        return new DownConversion(from, (byte) 1, MAX_BYTES, () -> true).convert(new BufferSlice(batches));
    }

    private static ByteBuffer twoBatches(CompressionType codec) {
        ByteBuffer first = batch(codec, 0);
        ByteBuffer second = batch(codec, 2);
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first)
                .put(second)
                .flip();
    }

    private static ByteBuffer batch(CompressionType codec, long base) {
        return MemoryRecords.withRecords(
                        base,
                        Compression.of(codec).build(),
                        new SimpleRecord(1, "some value".getBytes()),
                        new SimpleRecord(2, "another value".getBytes()))
                .buffer();
    }
}
