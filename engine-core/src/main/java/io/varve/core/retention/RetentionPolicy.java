// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.retention.Obstacle.Kind;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides, as Kafka does, which segments of a partition are deleted: those with all records below the log
 * start offset, those with {@code retention.bytes} or more after them, and those whose newest record is older
 * than {@code retention.ms}. They are always a prefix of the log, and below the high watermark. The active
 * segment is deleted by the same rules. Bytes in a remote tier count as local ones do; when a topic uses the
 * tier no more, segments that are only there are deleted. Two rules are not Kafka's: a {@link Hold} pins
 * records, and under {@link FutureTimestamps#APPEND_TIME} the time of the last append replaces a newest
 * timestamp while that lies in the future. Without side effects; made for one decision.
 *
 * <p>The last append never replaces a timestamp that has passed: the broker's clock may have been behind, and
 * the file times of a restored backup are not those of the appends.
 */
public final class RetentionPolicy {
    private final LogState log;
    private final RetentionLimits limits;
    private final Tiering tiering;
    private final FutureTimestamps rule;
    private final long now;
    private final List<SegmentFate> fates = new ArrayList<>();
    /**
     * When all segments before the current one will be deleted, in ms since the epoch; UNKNOWN when that is
     * unknown.
     */
    private long cleared = Long.MIN_VALUE;
    /** Base offset of the segment that determines {@link #cleared}. */
    private long blocker;

    private RetentionPolicy(LogState log, RetentionLimits limits, Tiering tiering, FutureTimestamps rule, long now) {
        this.log = log;
        this.limits = limits;
        this.tiering = tiering;
        this.rule = rule;
        this.now = now;
    }

    /**
     * @param log the state of the partition
     * @param limits its topic's limits
     * @param tiering whether it uses a remote tier
     * @param rule how timestamps in the future affect a segment's age
     * @param now ms since the epoch
     * @return the new log start offset, and the fate of every segment
     */
    public static RetentionPlan decide(
            LogState log, RetentionLimits limits, Tiering tiering, FutureTimestamps rule, long now) {
        return new RetentionPolicy(log, limits, tiering, rule, now).decide();
    }

    private RetentionPlan decide() {
        long after = log.segments().stream().mapToLong(Segment::bytes).sum();
        long newStart = log.startOffset();
        for (Segment segment : log.segments()) {
            after -= segment.bytes();
            SegmentFate fate = fate(segment, after);
            fates.add(fate);
            if (fate.goesBy(now)) {
                newStart = Math.max(newStart, segment.endOffset());
            }
            if (fate.goesMs() != cleared) {
                blocker = segment.baseOffset();
            }
            cleared = fate.goesMs();
        }
        return new RetentionPlan(newStart, fates);
    }

    /**
     * Names what deletes a segment without obstacles, and from when on; a cause without a time does not hold
     * yet.
     */
    private record Removal(DeletionCause cause, long dueMs) {}

    /** @param after bytes in the segments after this one */
    private SegmentFate fate(Segment segment, long after) {
        if (!segment.sealed() && segment.bytes() == 0) {
            return new SegmentFate(
                    segment,
                    DeletionCause.NONE,
                    SegmentFate.UNKNOWN,
                    SegmentFate.UNKNOWN,
                    SegmentFate.UNKNOWN,
                    SegmentFate.NO_SIZE_LIMIT,
                    List.of(new Obstacle(Kind.EMPTY, "")));
        }
        SegmentAge age = SegmentAge.of(segment, limitMs(), rule, now);
        long moreBytes = moreBytes(after);
        Removal removal = removal(segment, moreBytes, age.dueMs());
        List<Obstacle> obstacles = new ArrayList<>();
        boolean barred = addObstacles(segment, removal, age.fromMs(), obstacles);
        return new SegmentFate(
                segment,
                removal.cause,
                age.fromMs(),
                removal.dueMs,
                barred ? SegmentFate.UNKNOWN : goes(segment, removal, age),
                moreBytes,
                obstacles);
    }

    /** @return how many more appended bytes cause its deletion by size */
    private long moreBytes(long after) {
        return limits.delete() && limits.retentionBytes() >= 0
                ? Math.max(0, limits.retentionBytes() - after)
                : SegmentFate.NO_SIZE_LIMIT;
    }

    /** @param byTime when the segment is due by time, or UNKNOWN */
    private Removal removal(Segment segment, long moreBytes, long byTime) {
        if (segment.endOffset() <= log.startOffset()) {
            return new Removal(DeletionCause.LOG_START, now);
        }
        if (tiering == Tiering.OFF && !segment.isLocal()) {
            return new Removal(DeletionCause.TIER_OFF, now);
        }
        if (moreBytes == 0) {
            return new Removal(DeletionCause.SIZE, now);
        }
        if (byTime != SegmentFate.UNKNOWN) {
            return new Removal(DeletionCause.TIME, byTime);
        }
        return new Removal(moreBytes > 0 ? DeletionCause.SIZE : DeletionCause.NONE, SegmentFate.UNKNOWN);
    }

    /** @return when a segment without lasting obstacles is deleted: never before its predecessors */
    private long goes(Segment segment, Removal removal, SegmentAge age) {
        if (removal.dueMs == SegmentFate.UNKNOWN || cleared == SegmentFate.UNKNOWN) {
            return SegmentFate.UNKNOWN;
        }
        long goes = Math.max(removal.dueMs, cleared);
        return removal.cause == DeletionCause.TIME ? age.dueAt(goes, segment, limitMs()) : goes;
    }

    /** @return the max age, as far as the policy allows a deletion by age */
    private long limitMs() {
        return limits.delete() ? limits.retentionMs() : RetentionLimits.UNLIMITED;
    }

    /** @return true if one of the obstacles lasts for an unknown time */
    private boolean addObstacles(Segment segment, Removal removal, long age, List<Obstacle> obstacles) {
        DeletionCause cause = removal.cause;
        long due = removal.dueMs;
        boolean barred = false;
        if (segment.endOffset() > limits.maxStart(log.startOffset())) {
            String name = limits.first(log.startOffset()).map(Hold::name).orElse("");
            obstacles.add(new Obstacle(Kind.HOLD, name));
            barred = true;
        }
        if (cause == DeletionCause.NONE || cause == DeletionCause.SIZE && due == SegmentFate.UNKNOWN) {
            whyNever(age, obstacles);
        }
        if (segment.endOffset() > log.highWatermark()) {
            obstacles.add(new Obstacle(Kind.HIGH_WATERMARK, Long.toString(log.highWatermark())));
            barred = true;
        }
        if (age == segment.maxTimestamp() && age > now && cause == DeletionCause.TIME) {
            obstacles.add(new Obstacle(Kind.FUTURE_TIMESTAMP, Long.toString(segment.maxTimestamp())));
        }
        if (!segment.sealed()) {
            obstacles.add(new Obstacle(Kind.ACTIVE, ""));
        }
        if (cause != DeletionCause.NONE && (cleared == SegmentFate.UNKNOWN || cleared > Math.max(due, now))) {
            obstacles.add(new Obstacle(Kind.OLDER_SEGMENT, Long.toString(blocker)));
        }
        return barred;
    }

    private void whyNever(long age, List<Obstacle> obstacles) {
        if (!limits.delete()) {
            obstacles.add(new Obstacle(Kind.NO_DELETE_POLICY, ""));
        } else if (limits.retentionMs() >= 0 && age == SegmentFate.UNKNOWN) {
            obstacles.add(new Obstacle(Kind.UNKNOWN_AGE, ""));
        } else if (limits.retentionMs() < 0 && limits.retentionBytes() < 0) {
            obstacles.add(new Obstacle(Kind.NO_LIMIT, ""));
        }
    }
}
