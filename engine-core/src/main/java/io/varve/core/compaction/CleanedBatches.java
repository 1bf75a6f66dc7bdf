// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import java.nio.ByteBuffer;

/** Yields the filtered batches of a range of segments, one run for each read. Not thread-safe. */
final class CleanedBatches implements BatchSource {
    private final BatchWalk walk;
    private final BatchFilter filter;
    private final CompactionThrottle throttle;
    private final CleaningStats stats;
    private final long to;
    private long next;
    private ByteBuffer out = ByteBuffer.allocate(0);

    /**
     * @param from first offset, at or above the partition's start
     * @param to end of the range, exclusive
     */
    CleanedBatches(
            BatchWalk walk, BatchFilter filter, CompactionThrottle throttle, CleaningStats stats, long from, long to) {
        this.walk = walk;
        this.filter = filter;
        this.throttle = throttle;
        this.stats = stats;
        this.next = from;
        this.to = to;
    }

    @Override
    public BatchRun next() {
        while (next < to) {
            out.clear();
            next = walk.once(next, to, this::take);
            if (out.position() > 0) {
                throttle.moved(out.position());
                stats.written(out.position());
                return run(out.duplicate().flip());
            }
        }
        return null;
    }

    private boolean take(ByteBuffer buffer, int at) {
        stats.read(BatchHeader.sizeInBytes(buffer, at));
        stats.met(BatchHeader.recordCount(buffer, at));
        ByteBuffer left = filter.filter(buffer, at);
        if (left != null) {
            if (out.remaining() < left.remaining()) {
                int min = Math.addExact(out.position(), left.remaining());
                out = ByteBuffer.allocate((int) Math.min(Math.max(min, 2L * out.capacity()), Integer.MAX_VALUE - 8))
                        .put(out.flip());
            }
            out.put(left);
        }
        return true;
    }

    private static BatchRun run(ByteBuffer bytes) {
        long maxTimestamp = BatchHeader.NO_TIMESTAMP;
        long offsetOfMax = BatchHeader.lastOffset(bytes, 0);
        long end = 0;
        for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
            end = BatchHeader.nextOffset(bytes, at);
            if (BatchHeader.maxTimestamp(bytes, at) > maxTimestamp) {
                maxTimestamp = BatchHeader.maxTimestamp(bytes, at);
                offsetOfMax = end - 1;
            }
        }
        return new BatchRun(bytes, BatchHeader.baseOffset(bytes, 0), end, maxTimestamp, offsetOfMax);
    }
}
