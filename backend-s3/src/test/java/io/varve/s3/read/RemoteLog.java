// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BufferSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.PartBuffers;
import io.varve.s3.object.SegmentContent;
import io.varve.s3.object.SegmentFooter;
import io.varve.s3.object.SegmentObjectWriter;
import io.varve.s3.object.SegmentWriterConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;

/** Writes segments of a partition to a bucket, and knows what every read of them must give. */
final class RemoteLog {
    private final ObjectStore store;
    private final PartitionId id;
    private final Random random;
    private final SegmentWriterConfig config;
    private final List<Batch> batches = new ArrayList<>();
    private final List<RemoteSegment> segments = new ArrayList<>();
    private long next;
    private boolean gaps;

    /** A batch with its bytes, from 0 to the limit. */
    record Batch(long base, long end, long maxTimestamp, ByteBuffer bytes) {}

    RemoteLog(ObjectStore store, String topic, Random random, SegmentWriterConfig config) {
        this.store = store;
        this.id = new PartitionId(topic, new UUID(7, topic.hashCode()), 0);
        this.random = random;
        this.config = config;
    }

    /** Leaves out offsets from now on, as compaction does. */
    RemoteLog withGaps() {
        gaps = true;
        return this;
    }

    /** Stores a segment of batches of one to five records, with values of at most so many bytes. */
    RemoteLog segment(int count, int valueBytes) {
        long base = next;
        List<Batch> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long from = gaps && random.nextInt(4) == 0 ? next + random.nextInt(9) : next;
            added.add(batch(from, 1 + random.nextInt(5), valueBytes));
            next = added.get(i).end;
        }
        next += gaps && random.nextInt(3) == 0 ? 5 : 0;
        store(base, added);
        batches.addAll(added);
        return this;
    }

    /** Lowers the end of the last segment, as a truncation does: its object keeps some batches more. */
    RemoteLog cutLast() {
        RemoteSegment last = segments.remove(segments.size() - 1);
        List<Batch> of =
                batches.stream().filter(b -> b.base >= last.baseOffset()).toList();
        int kept = 1 + random.nextInt(of.size());
        next = of.get(kept - 1).end;
        batches.removeIf(b -> b.end > next);
        segments.add(new RemoteSegment(
                last.key(),
                last.object(),
                last.baseOffset(),
                next,
                last.bytes(),
                last.objectBytes(),
                last.firstTimestamp(),
                last.maxTimestamp(),
                last.lastAppendMs(),
                last.index()));
        return this;
    }

    RemotePartition partition() {
        return new RemotePartition(id, 0, segments, false);
    }

    List<Batch> batches() {
        return batches;
    }

    long end() {
        return next;
    }

    /** Checks a slice against what it must hold, and closes it. */
    void check(BatchSlice slice, long offset, long endOffset, int maxBytes) {
        try (slice) {
            ByteBuffer bytes = slice.buffer();
            if (bytes.remaining() != slice.sizeInBytes()) {
                throw new AssertionError(slice.sizeInBytes() + " bytes said, " + bytes.remaining() + " given");
            }
            int first = 0;
            while (first < batches.size() && batches.get(first).end <= offset) {
                first++;
            }
            int at = 0;
            int count = first;
            while (at < bytes.limit()) {
                Batch expected = count < batches.size() ? batches.get(count++) : null;
                if (expected == null || expected.end > endOffset) {
                    throw new AssertionError("batch " + BatchHeader.baseOffset(bytes, at) + " is at or above the end");
                }
                int size = expected.bytes.limit();
                if (at + size > bytes.limit() || !bytes.slice(at, size).equals(expected.bytes)) {
                    throw new AssertionError("not the batch of offset " + expected.base + " at byte " + at);
                }
                at += size;
            }
            boolean any = first < batches.size() && batches.get(first).end <= endOffset;
            if (any != (count > first) || at > maxBytes && count > first + 1) {
                throw new AssertionError(count - first + " batches of " + at + " bytes, " + (any ? "some" : "none")
                        + " expected within " + maxBytes + " bytes");
            }
        }
    }

    /** Returns the end of what a slice holds. */
    static long end(BatchSlice slice) {
        ByteBuffer bytes = slice.buffer();
        long end = -1;
        for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
            end = BatchHeader.nextOffset(bytes, at);
        }
        return end;
    }

    OffsetAt offsetAt(long timestamp, long start) {
        return batches.stream()
                .filter(b -> b.end > start && b.maxTimestamp >= timestamp)
                .findFirst()
                .map(b -> new OffsetAt(b.base, b.maxTimestamp))
                .orElse(null);
    }

    OptionalLong lastBatchEnd(long offset) {
        return batches.stream()
                .mapToLong(Batch::end)
                .filter(end -> end <= offset)
                .max();
    }

    private Batch batch(long base, int records, int valueBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE).baseOffset(base);
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[random.nextInt(valueBytes) + 1];
            random.nextBytes(value);
            Arrays.fill(value, value.length / 2, value.length, (byte) 7);
            builder.append(1000 + base + random.nextInt(100), null, ByteBuffer.wrap(value), List.of());
        }
        ByteBuffer bytes = builder.build().slice();
        return new Batch(base, BatchHeader.nextOffset(bytes, 0), BatchHeader.maxTimestamp(bytes, 0), bytes);
    }

    private void store(long base, List<Batch> added) {
        UUID object = new UUID(random.nextLong(), random.nextLong());
        SegmentContent content =
                new SegmentContent(object, id, base, next, 5000, (from, end, max) -> read(added, from, end), List.of());
        String key = "data/" + object;
        PartBuffers parts = new PartBuffers(PartBuffers.MIN_COUNT, config.chunkBytes());
        try (SegmentObjectWriter writer = new SegmentObjectWriter(config, content, parts)) {
            store.upload(key, writer);
            SegmentFooter footer = writer.footer();
            segments.add(new RemoteSegment(
                    key,
                    object,
                    base,
                    next,
                    writer.index().bytes(),
                    writer.objectBytes(),
                    footer.firstTimestamp(),
                    footer.maxTimestamp(),
                    5000,
                    writer.index()));
        }
    }

    private static BatchSlice read(List<Batch> added, long from, long end) {
        return added.stream()
                .filter(b -> b.end > from && b.end <= end)
                .findFirst()
                .<BatchSlice>map(b -> new BufferSlice(b.bytes))
                .orElse(EmptySlice.INSTANCE);
    }
}
