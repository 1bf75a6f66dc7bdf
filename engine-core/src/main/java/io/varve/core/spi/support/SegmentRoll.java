// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.SegmentLimits;

/**
 * Decides when the active segment ends and the next one begins, by the rule of {@link SegmentLimits}. A
 * backend may end a segment sooner for reasons of its own, such as a full index. Stateless.
 */
public final class SegmentRoll {
    private SegmentRoll() {}

    /**
     * Tells whether a run needs a new segment. An empty active segment takes a run of any size.
     *
     * @param limits the limits in force
     * @param bytes bytes of batches in the active segment
     * @param firstTimestamp max timestamp of the segment's first batch in ms since the epoch, negative if it
     *     has none
     * @param firstAppendMs time of the first append to the segment, in ms since the epoch; if that is not
     *     known, such as after a restart, the earliest known time that is not before it; -1 before the first
     *     append
     * @param run the run to append
     * @param nowMs the storage's clock, in ms since the epoch
     * @return true if the run must begin a new segment
     */
    public static boolean isDue(
            SegmentLimits limits, long bytes, long firstTimestamp, long firstAppendMs, BatchRun run, long nowMs) {
        return bytes > 0
                && (bytes + run.bytes().remaining() > limits.segmentBytes()
                        || isTooOld(limits.segmentMs(), firstTimestamp, firstAppendMs, run.maxTimestamp(), nowMs));
    }

    /**
     * Compares a segment's age with its max. The age is the span between timestamps. If the first batch or
     * the run has no timestamp, the age counts from the first append: otherwise records without timestamps
     * would never end a segment. The first append also counts while the first timestamp lies in the future:
     * otherwise later records would not end the segment. A clock that was set back by more than the max span
     * ends the segment too.
     */
    private static boolean isTooOld(
            long maxMs, long firstTimestamp, long firstAppendMs, long runTimestamp, long nowMs) {
        boolean dated = firstTimestamp >= 0 && runTimestamp >= 0;
        if (dated && runTimestamp - firstTimestamp > maxMs) {
            return true;
        }
        boolean byAppend = firstAppendMs >= 0 && (!dated || firstTimestamp > nowMs);
        return byAppend && Math.abs(nowMs - firstAppendMs) > maxMs;
    }
}
