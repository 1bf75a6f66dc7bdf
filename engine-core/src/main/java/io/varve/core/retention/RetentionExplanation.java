// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import java.util.List;
import java.util.Objects;

/**
 * What retention will do with a partition, and why: the plan of the very code that deletes, with what it
 * was made of.
 *
 * @param partition which partition
 * @param nowMs when it was made, in ms since the epoch
 * @param nextCheckMs when the next check is to be, in ms since the epoch
 * @param rules what was asked of it
 * @param log what it was made of
 * @param plan what becomes of every segment
 * @param firstTimestamps for every segment the newest timestamp of its first batch, in ms since the epoch,
 *     or -1
 */
public record RetentionExplanation(
        PartitionId partition,
        long nowMs,
        long nextCheckMs,
        Rules rules,
        LogState log,
        RetentionPlan plan,
        List<Long> firstTimestamps) {
    /**
     * What the plan follows.
     *
     * @param limits the topic's
     * @param config the engine's
     * @param segmentMs how many ms of records a segment takes at most
     */
    public record Rules(RetentionLimits limits, RetentionConfig config, long segmentMs) {
        /** Checks presence. */
        public Rules {
            Objects.requireNonNull(limits, "limits");
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
    }

    /**
     * How long a segment can live: {@link SegmentFate#goesMs} of the active one is put off by each append,
     * but only until its time is full, after which the next append begins another.
     *
     * @param i which segment
     * @return the latest ms since the epoch from which on a check removes it by time, however much is
     *     appended meanwhile; -1 when no such time can be told
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
