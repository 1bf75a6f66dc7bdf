// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import java.util.List;
import java.util.Objects;

/**
 * Explains what retention will do with a partition, and why: the plan, made by the code that deletes, and the
 * inputs of the plan.
 *
 * @param partition which partition
 * @param nowMs when the plan was made, in ms since the epoch
 * @param nextCheckMs when the next check is due, in ms since the epoch
 * @param rules the rules of the plan
 * @param log the state of the partition that the plan is for
 * @param plan what happens to every segment
 * @param local what happens to the local copy of every segment
 * @param firstTimestamps for every segment the max timestamp of its first batch, in ms since the epoch, or -1
 */
public record RetentionExplanation(
        PartitionId partition,
        long nowMs,
        long nextCheckMs,
        Rules rules,
        LogState log,
        RetentionPlan plan,
        LocalPlan local,
        List<Long> firstTimestamps) {
    /**
     * Holds the rules of a plan.
     *
     * @param limits the topic's limits
     * @param tier the topic's limits of local copies
     * @param config the engine's settings
     * @param segmentMs max ms of records in a segment
     */
    public record Rules(RetentionLimits limits, TierLimits tier, RetentionConfig config, long segmentMs) {
        /** Checks presence. */
        public Rules {
            Objects.requireNonNull(limits, "limits");
            Objects.requireNonNull(tier, "tier");
            Objects.requireNonNull(config, "config");
        }
    }

    /** @throws IllegalArgumentException if the lists differ in length */
    public RetentionExplanation {
        firstTimestamps = List.copyOf(firstTimestamps);
        if (firstTimestamps.size() != plan.fates().size()) {
            throw new IllegalArgumentException(
                    firstTimestamps.size() + " timestamps of " + plan.fates().size() + " segments");
        }
        if (!local.fates().isEmpty() && local.fates().size() != plan.fates().size()) {
            throw new IllegalArgumentException(
                    local.fates().size() + " local copies of " + plan.fates().size() + " segments");
        }
    }

    /**
     * Bounds the life of a segment. Each append postpones the {@link SegmentFate#goesMs} of the active
     * segment, but only until the segment spans its max time: then the next append begins a new segment.
     *
     * @param i index of the segment
     * @return the time in ms since the epoch from which on a check deletes it by time, whatever is appended
     *     meanwhile; -1 when that time is unknown
     */
    public long latestMs(int i) {
        SegmentFate fate = plan.fates().get(i);
        Segment segment = fate.segment();
        if (segment.sealed() || fate.cause() != DeletionCause.TIME || fate.goesMs() == SegmentFate.UNKNOWN) {
            return fate.goesMs();
        }
        long first = firstTimestamps.get(i);
        long life = rules.limits.retentionMs() + rules.segmentMs;
        if (first < 0 || life < 0 || first > Long.MAX_VALUE - life - 1) {
            return SegmentFate.UNKNOWN;
        }
        return Math.max(fate.goesMs(), first + life + 1);
    }
}
