// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

/**
 * Tells which offsets of a partition were appended of late, so that the system has their bytes in memory: a
 * read of them does not wait for a device. Late is what belongs to the last one to two spans of bytes that
 * were appended to the same device, by all partitions together. It keeps two marks, each an offset and how
 * much the device had taken when that offset was the partition's end. One writer; any number of readers.
 */
public final class RecentAppends {
    /** Part of the memory for files that a span is: two of them leave most of it to other files. */
    private static final int SPANS = 16;

    private static final long MIN_SPAN = 32L << 20;

    /**
     * A moment.
     *
     * @param taken bytes that the device had taken
     * @param end the partition's end then: what lies at or above it was appended later
     */
    private record Mark(long taken, long end) {}

    private record Marks(Mark older, Mark newer) {}

    private final long span;
    /** Null before the first append. */
    private volatile Marks marks;

    /** @param span bytes appended to the device between two marks, at least 1 */
    public RecentAppends(long span) {
        this.span = span;
    }

    /** @return the span that suits this machine, in bytes: a sixteenth of the memory that files may have */
    public static long span() {
        return Math.max(MIN_SPAN, PageCacheSize.estimate() / SPANS);
    }

    /**
     * Notes an append. Called by the writer, before readers see its batches or after.
     *
     * @param taken bytes appended to the device so far, by all partitions
     * @param end the partition's end before the append, an offset
     */
    public void appended(long taken, long end) {
        Marks now = marks;
        if (now == null || taken - now.newer.taken > span) {
            Mark mark = new Mark(taken, end);
            marks = new Marks(now == null ? mark : now.newer, mark);
        }
    }

    /**
     * @param offset an offset of the partition
     * @param taken bytes appended to the device so far, by all partitions
     * @return true if the batches from the offset on were appended of late
     */
    public boolean has(long offset, long taken) {
        Marks now = marks;
        return now != null && (covers(now.newer, offset, taken) || covers(now.older, offset, taken));
    }

    private boolean covers(Mark mark, long offset, long taken) {
        return offset >= mark.end && taken - mark.taken <= 2 * span;
    }
}
