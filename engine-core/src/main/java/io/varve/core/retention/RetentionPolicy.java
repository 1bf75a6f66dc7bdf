// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.retention.Obstacle.Kind;
import io.varve.core.spi.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides, as Kafka does, which segments of a partition go: those of which every record lies below the log
 * start offset, those with {@code retention.bytes} or more after them, and those whose newest record is
 * older than {@code retention.ms}; always a prefix of the log, never what is not below the high watermark.
 * The active segment goes like any other. Beyond Kafka: nothing a {@link Hold} pins, and under
 * {@link FutureTimestamps#APPEND_TIME} the last append stands in for a newest timestamp while that lies in
 * the future. Pure; made for one decision.
 *
 * <p>The last append is never believed against a timestamp that has come: the broker's clock may have been
 * behind, and the file times of a restored backup say little.
 */
public final class RetentionPolicy {
    private final LogState log;
    private final RetentionLimits limits;
    private final FutureTimestamps rule;
    private final long now;
    private final List<SegmentFate> fates = new ArrayList<>();
    /** When everything before the segment looked at will be gone; UNKNOWN when that cannot be told. */
    private long cleared = Long.MIN_VALUE;
    /** The segment that this is so for. */
    private long blocker;

    private RetentionPolicy(LogState log, RetentionLimits limits, FutureTimestamps rule, long now) {
        this.log = log;
        this.limits = limits;
        this.rule = rule;
        this.now = now;
    }

    /**
     * @param log the partition
     * @param limits what its topic says
     * @param rule what timestamps in the future do
     * @param now ms since the epoch
     * @return what goes now, and what will become of every segment
     */
    public static RetentionPlan decide(LogState log, RetentionLimits limits, FutureTimestamps rule, long now) {
        return new RetentionPolicy(log, limits, rule, now).decide();
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
     * What removes a segment, if nothing keeps it, and from when on; a cause without a time has not come
     * about yet.
     */
    private record Removal(DeletionCause cause, long dueMs) {}

    /** @param after bytes in the segments after it */
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
        boolean byAppend = goesByAppend(segment);
        long age = byAppend ? segment.lastAppendMs() : ageFrom(segment);
        long moreBytes = moreBytes(after);
        Removal removal = removal(segment, moreBytes, timeDue(segment, age));
        List<Obstacle> obstacles = new ArrayList<>();
        boolean barred = addObstacles(segment, removal, age, obstacles);
        return new SegmentFate(
                segment,
                removal.cause,
                age,
                removal.dueMs,
                barred ? SegmentFate.UNKNOWN : goes(segment, removal, byAppend),
                moreBytes,
                obstacles);
    }

    /** @return how many more bytes appended make it go by size */
    private long moreBytes(long after) {
        return limits.delete() && limits.retentionBytes() >= 0
                ? Math.max(0, limits.retentionBytes() - after)
                : SegmentFate.NO_SIZE_LIMIT;
    }

    /** @param byTime when it is due by time, or UNKNOWN */
    private Removal removal(Segment segment, long moreBytes, long byTime) {
        if (segment.endOffset() <= log.startOffset()) {
            return new Removal(DeletionCause.LOG_START, now);
        }
        if (moreBytes == 0) {
            return new Removal(DeletionCause.SIZE, now);
        }
        if (byTime != SegmentFate.UNKNOWN) {
            return new Removal(DeletionCause.TIME, byTime);
        }
        return new Removal(moreBytes > 0 ? DeletionCause.SIZE : DeletionCause.NONE, SegmentFate.UNKNOWN);
    }

    /** @return when a segment goes that is not barred: not before all that precedes it */
    private long goes(Segment segment, Removal removal, boolean byAppend) {
        if (removal.dueMs == SegmentFate.UNKNOWN || cleared == SegmentFate.UNKNOWN) {
            return SegmentFate.UNKNOWN;
        }
        long goes = Math.max(removal.dueMs, cleared);
        if (removal.cause == DeletionCause.TIME && byAppend && goes >= segment.maxTimestamp()) {
            // What is before it stays so long that its timestamps will have come: they count then.
            goes = Math.max(goes, timeDue(segment, segment.maxTimestamp()));
        }
        return goes;
    }

    /**
     * @return true if its newest timestamp lies in the future, and does so still when the last append is
     *     older than the limit
     */
    private boolean goesByAppend(Segment segment) {
        long newest = segment.maxTimestamp();
        if (rule == FutureTimestamps.KAFKA || newest <= now || segment.lastAppendMs() <= 0) {
            return false;
        }
        long due = timeDue(segment, segment.lastAppendMs());
        return due == SegmentFate.UNKNOWN || due < newest;
    }

    /** @return true if one of them lasts for longer than can be told */
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

    /** By its records; by its last append where they have no timestamps. */
    private static long ageFrom(Segment segment) {
        if (segment.maxTimestamp() >= 0) {
            return segment.maxTimestamp();
        }
        return segment.lastAppendMs() > 0 ? segment.lastAppendMs() : SegmentFate.UNKNOWN;
    }

    private long timeDue(Segment segment, long age) {
        if (!limits.delete() || limits.retentionMs() < 0) {
            return SegmentFate.UNKNOWN;
        }
        if (segment.bytes() == 0) {
            return 0; // compaction left nothing of it: it keeps nothing else
        }
        boolean never = age == SegmentFate.UNKNOWN || age >= Long.MAX_VALUE - limits.retentionMs();
        return never ? SegmentFate.UNKNOWN : age + limits.retentionMs() + 1;
    }
}
