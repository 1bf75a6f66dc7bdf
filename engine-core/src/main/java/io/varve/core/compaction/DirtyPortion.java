// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.spi.Segment;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Names the part of a partition that is to be cleaned: whole sealed segments, without records that are
 * undecided, pinned or too young.
 *
 * <pre>
 * start          firstDirty            end
 *   | clean bytes    |    dirty bytes    | too young, undecided, pinned, or active |
 * </pre>
 *
 * Semantics: Kafka's LogCleanerManager and LogToClean.
 *
 * @param segments the segments that begin below {@code end}, oldest first
 * @param firstDirty where the last cleaning ended, inclusive; may lie above {@code end}
 * @param end end of the part that may be cleaned, exclusive: a segment's base offset
 * @param cleanBytes bytes of segments that begin below {@code firstDirty}
 * @param dirtyBytes bytes of segments from the one that holds {@code firstDirty} up to {@code end}
 * @param overdue true if a record waits longer than {@code max.compaction.lag.ms}
 */
public record DirtyPortion(
        List<Segment> segments, long firstDirty, long end, long cleanBytes, long dirtyBytes, boolean overdue) {
    /**
     * Finds the dirty part of a partition.
     *
     * @param segments all segments, oldest first, the last one active
     * @param limits the topic's settings
     * @param cleanedTo where the last cleaning ended
     * @param cleanableEnd end of the records that are decided and not pinned, exclusive
     * @param now ms since the epoch
     * @param firstTimestamp tells the max timestamp of a segment's first batch in ms, or -1; called only
     *     where needed, since it costs a read
     */
    public static DirtyPortion of(
            List<Segment> segments,
            CompactionLimits limits,
            long cleanedTo,
            long cleanableEnd,
            long now,
            ToLongFunction<Segment> firstTimestamp) {
        long end = end(segments, limits, cleanedTo, cleanableEnd, now);
        long clean = 0;
        long dirty = 0;
        for (Segment segment : segments) {
            clean += segment.baseOffset() < cleanedTo ? segment.bytes() : 0;
            dirty += segment.endOffset() > cleanedTo && segment.baseOffset() < end ? segment.bytes() : 0;
        }
        List<Segment> below =
                segments.stream().filter(s -> s.baseOffset() < end).toList();
        return new DirtyPortion(
                below, cleanedTo, end, clean, dirty, overdue(segments, limits, cleanedTo, now, firstTimestamp));
    }

    private static long end(
            List<Segment> segments, CompactionLimits limits, long cleanedTo, long cleanableEnd, long now) {
        for (Segment segment : segments) {
            boolean young = limits.minLagMs() > 0
                    && segment.endOffset() > cleanedTo
                    && segment.maxTimestamp() > now - limits.minLagMs();
            if (!segment.sealed() || segment.endOffset() > cleanableEnd || young) {
                return segment.baseOffset();
            }
        }
        throw new IllegalArgumentException("no active segment among " + segments);
    }

    private static boolean overdue(
            List<Segment> segments,
            CompactionLimits limits,
            long cleanedTo,
            long now,
            ToLongFunction<Segment> firstTimestamp) {
        if (limits.maxLagMs() == Long.MAX_VALUE) {
            return false;
        }
        for (Segment segment : segments) {
            if (segment.sealed() && segment.endOffset() > cleanedTo) {
                long first = firstTimestamp.applyAsLong(segment);
                if (first > 0 && first < now - limits.maxLagMs()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** @return dirty share of the bytes, 0 to 1 */
    public double ratio() {
        long total = cleanBytes + dirtyBytes;
        return total == 0 ? 0 : (double) dirtyBytes / total;
    }

    /** @return true if the dirty share exceeds the topic's ratio, or a record has waited too long */
    public boolean isDue(CompactionLimits limits) {
        return dirtyBytes > 0 && (overdue || ratio() > limits.minDirtyRatio());
    }

    /** @return max records there can be in the dirty part */
    public long maxRecords() {
        return Math.max(0, end - firstDirty);
    }
}
