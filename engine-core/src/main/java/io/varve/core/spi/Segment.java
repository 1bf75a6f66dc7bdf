// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.List;

/**
 * A contiguous piece of a partition, the unit of retention, compaction and tiering.
 *
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive: the next segment's {@code baseOffset}, or for the
 *     active one the partition's readable end; equal to {@code baseOffset} when nothing was appended yet
 * @param bytes bytes of batches in it
 * @param maxTimestamp largest record timestamp in ms since the epoch, or -1 when empty
 * @param lastAppendMs when a batch was last appended to it, in ms since the epoch by the storage's clock,
 *     whatever its records' timestamps say; -1 when nothing was, or it is not known. The same after
 *     {@link Storage#close}; after a crash it may be earlier by as much as file times are coarse, at most a
 *     second, or later, up to the time of the start. What {@link PartitionStore#replace} puts in place of
 *     segments has the latest of theirs; what a truncation leaves keeps its own
 * @param sealed false for the active segment, which still grows
 * @param tier where it lies: "local" or "remote"
 */
public record Segment(
        long baseOffset,
        long endOffset,
        long bytes,
        long maxTimestamp,
        long lastAppendMs,
        boolean sealed,
        String tier) {
    /** The tier of segments on this machine. */
    public static final String LOCAL = "local";

    /**
     * @param segments any
     * @return when a batch was last appended to one of them, in ms since the epoch, or -1
     */
    public static long lastAppendMs(List<Segment> segments) {
        return segments.stream().mapToLong(Segment::lastAppendMs).max().orElse(-1);
    }
}
