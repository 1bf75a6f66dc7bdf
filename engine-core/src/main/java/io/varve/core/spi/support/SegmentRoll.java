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
     * Tells whether a run must go to another segment than the active one. One that is empty takes a run of
     * any size.
     *
     * @param limits those in force
     * @param bytes bytes of batches in the active segment
     * @param firstTimestamp max timestamp of the segment's first batch in ms since the epoch, negative when
     *     it has none
     * @param firstAppendMs when a batch was first appended to the segment, in ms since the epoch; where
     *     that is not known, such as after a restart, the earliest time that is known to be no earlier; -1
     *     when there is none
     * @param run what is to be appended
     * @param nowMs the storage's clock, in ms since the epoch
     * @return true if the next segment is to begin with the run
     */
    public static boolean isDue(
            SegmentLimits limits, long bytes, long firstTimestamp, long firstAppendMs, BatchRun run, long nowMs) {
        return bytes > 0
                && (bytes + run.bytes().remaining() > limits.segmentBytes()
                        || isTooOld(limits.segmentMs(), firstTimestamp, firstAppendMs, run.maxTimestamp(), nowMs));
    }

    /**
     * A segment's age is the span between timestamps. Where its first batch or the run has none, the age
     * counts from the first append, or records without timestamps would never end a segment. Nor would
     * records that come after one of the future: while its timestamp lies ahead the first append counts as
     * well. A clock that was set back by more than a segment's span ends the segment, too.
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
