// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BufferSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Holds a segment's batches in memory, and reads them as a partition does. */
final class BatchList implements SegmentContent.BatchReader {
    private final List<ByteBuffer> batches = new ArrayList<>();
    private long end;

    BatchList(long base) {
        end = base;
    }

    /** Adds a batch of text records, some of them compressible. */
    BatchList add(long base, int records, int valueBytes, Codec codec, Random random) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec).baseOffset(base);
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            byte[] word = "an event of the order ".getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at + word.length < valueBytes * 3 / 4; at += word.length) {
                System.arraycopy(word, 0, value, at, word.length);
            }
            builder.append(1000 + base + random.nextInt(50), null, ByteBuffer.wrap(value), List.of());
        }
        return add(builder.build());
    }

    BatchList add(ByteBuffer batch) {
        batches.add(batch);
        end = BatchHeader.nextOffset(batch, batch.position());
        return this;
    }

    long end() {
        return end;
    }

    /** Returns the bytes of all batches. */
    ByteBuffer bytes() {
        return joined(batches);
    }

    long firstTimestamp() {
        return batches.isEmpty() ? -1 : BatchHeader.maxTimestamp(batches.get(0), 0);
    }

    long maxTimestamp() {
        return batches.stream()
                .mapToLong(b -> BatchHeader.maxTimestamp(b, 0))
                .max()
                .orElse(-1);
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        List<ByteBuffer> found = new ArrayList<>();
        int bytes = 0;
        for (ByteBuffer batch : batches) {
            long next = BatchHeader.nextOffset(batch, 0);
            if (next > endOffset || !found.isEmpty() && bytes + batch.remaining() > maxBytes) {
                break;
            }
            if (next > offset) {
                found.add(batch);
                bytes += batch.remaining();
            }
        }
        return new BufferSlice(joined(found));
    }

    private static ByteBuffer joined(List<ByteBuffer> batches) {
        ByteBuffer all = ByteBuffer.allocate(
                batches.stream().mapToInt(ByteBuffer::remaining).sum());
        batches.forEach(batch -> all.put(batch.duplicate()));
        return all.flip();
    }
}
