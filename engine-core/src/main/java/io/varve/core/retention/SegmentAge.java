// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.Segment;

/**
 * Tells from when on a segment is older than a limit.
 *
 * <p>The age counts from the newest timestamp, or from the last append where records have no timestamps.
 * Under {@link FutureTimestamps#APPEND_TIME} it counts from the last append too while the newest timestamp
 * lies in the future, and still will when the last append is older than the limit.
 *
 * @param fromMs time from which the age counts, in ms since the epoch, or {@link SegmentFate#UNKNOWN}
 * @param dueMs when the segment is older than the limit, in ms since the epoch, or UNKNOWN for never
 * @param byAppend true if a newest timestamp in the future gave way to the last append
 */
record SegmentAge(long fromMs, long dueMs, boolean byAppend) {
    /**
     * @param limitMs the max age in ms, or {@link RetentionLimits#UNLIMITED}
     * @param rule how timestamps in the future affect the age
     * @param now ms since the epoch
     */
    static SegmentAge of(Segment segment, long limitMs, FutureTimestamps rule, long now) {
        boolean byAppend = countsFromAppend(segment, limitMs, rule, now);
        long from = byAppend ? segment.lastAppendMs() : from(segment);
        return new SegmentAge(from, due(segment, from, limitMs), byAppend);
    }

    private static boolean countsFromAppend(Segment segment, long limitMs, FutureTimestamps rule, long now) {
        long newest = segment.maxTimestamp();
        if (rule == FutureTimestamps.KAFKA || newest <= now || segment.lastAppendMs() <= 0) {
            return false;
        }
        long due = due(segment, segment.lastAppendMs(), limitMs);
        return due == SegmentFate.UNKNOWN || due < newest;
    }

    private static long from(Segment segment) {
        if (segment.maxTimestamp() >= 0) {
            return segment.maxTimestamp();
        }
        return segment.lastAppendMs() > 0 ? segment.lastAppendMs() : SegmentFate.UNKNOWN;
    }

    private static long due(Segment segment, long from, long limitMs) {
        if (limitMs < 0) {
            return SegmentFate.UNKNOWN;
        }
        if (segment.bytes() == 0) {
            return 0; // compaction left nothing of it: it keeps nothing else
        }
        boolean never = from == SegmentFate.UNKNOWN || from >= Long.MAX_VALUE - limitMs;
        return never ? SegmentFate.UNKNOWN : from + limitMs + 1;
    }

    /**
     * @param time a time not before {@link #dueMs}, in ms since the epoch
     * @return when the segment is too old if it is not removed before {@code time}: if its future timestamps
     *     have passed by then, these count
     */
    long dueAt(long time, Segment segment, long limitMs) {
        return byAppend && time >= segment.maxTimestamp()
                ? Math.max(time, due(segment, segment.maxTimestamp(), limitMs))
                : time;
    }
}
