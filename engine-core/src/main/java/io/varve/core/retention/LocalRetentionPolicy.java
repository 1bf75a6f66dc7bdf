// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.retention.Obstacle.Kind;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides, as Kafka does, which local copies of segments are dropped: those of segments that are in the
 * remote tier too, with {@code local.retention.bytes} or more of local bytes after them, or whose newest
 * record is older than {@code local.retention.ms}. They are always the oldest local copies, and below the
 * high watermark. Age is told as {@link RetentionPolicy} tells it. A hold keeps no local copy: the records
 * stay. A compacted partition keeps all of them, since compaction replaces only local segments. Without side
 * effects; made for one decision.
 */
public final class LocalRetentionPolicy {
    private final LogState log;
    private final RetentionLimits total;
    private final TierLimits tier;
    private final boolean compacted;
    private final FutureTimestamps rule;
    private final long now;
    /** When all older local copies will be dropped, in ms since the epoch; UNKNOWN when that is unknown. */
    private long cleared = Long.MIN_VALUE;
    /** Base offset of the segment that determines {@link #cleared}. */
    private long blocker;

    private LocalRetentionPolicy(
            LogState log, RetentionLimits total, TierLimits tier, boolean compacted, FutureTimestamps rule, long now) {
        this.log = log;
        this.total = total;
        this.tier = tier;
        this.compacted = compacted;
        this.rule = rule;
        this.now = now;
    }

    /**
     * @param plan what {@link RetentionPolicy} does with the whole segments
     * @param log the state of the partition that the plan is for
     * @param total its topic's limits of the whole log
     * @param tier its topic's limits of local copies
     * @param compacted true if its topic is compacted
     * @param rule how timestamps in the future affect a segment's age
     * @param now ms since the epoch
     * @return the local copies to drop, and the fate of every one
     */
    public static LocalPlan decide(
            RetentionPlan plan,
            LogState log,
            RetentionLimits total,
            TierLimits tier,
            boolean compacted,
            FutureTimestamps rule,
            long now) {
        if (tier.tiering() == Tiering.OFF) {
            return LocalPlan.NONE;
        }
        return new LocalRetentionPolicy(log, total, tier, compacted, rule, now).decide(plan);
    }

    private LocalPlan decide(RetentionPlan plan) {
        List<LocalFate> fates = new ArrayList<>(log.segments().size());
        long after = log.segments().stream()
                .filter(Segment::isLocal)
                .mapToLong(Segment::bytes)
                .sum();
        long dropTo = 0;
        for (int i = 0; i < log.segments().size(); i++) {
            Segment segment = log.segments().get(i);
            if (!segment.isLocal()) {
                fates.add(LocalFate.GONE);
                continue;
            }
            after -= segment.bytes();
            LocalFate fate = atLatestWith(plan.fates().get(i), fate(segment, after));
            dropTo = fate.goesBy(now) ? segment.endOffset() : dropTo;
            if (fate.goesMs() != cleared) {
                blocker = segment.baseOffset();
            }
            cleared = fate.goesMs();
            fates.add(fate);
        }
        return new LocalPlan(dropTo <= plan.newStart() ? 0 : dropTo, fates);
    }

    /** @return the fate of a local copy that goes at the latest when its segment is deleted */
    private static LocalFate atLatestWith(SegmentFate whole, LocalFate local) {
        boolean sooner = whole.goesMs() != SegmentFate.UNKNOWN
                && (local.goesMs() == SegmentFate.UNKNOWN || whole.goesMs() < local.goesMs());
        return sooner
                ? new LocalFate(whole.cause(), whole.dueMs(), whole.goesMs(), local.moreBytes(), local.obstacles())
                : local;
    }

    /** @param after bytes in the local segments after this one */
    private LocalFate fate(Segment segment, long after) {
        long bytes = total.delete() && !compacted ? tier.localBytes(total) : RetentionLimits.UNLIMITED;
        long ms = total.delete() && !compacted ? tier.localMs(total) : RetentionLimits.UNLIMITED;
        long moreBytes = bytes < 0 ? SegmentFate.NO_SIZE_LIMIT : Math.max(0, bytes - after);
        SegmentAge age = SegmentAge.of(segment, ms, rule, now);
        DeletionCause cause = DeletionCause.NONE;
        long due = SegmentFate.UNKNOWN;
        if (moreBytes == 0) {
            cause = DeletionCause.SIZE;
            due = now;
        } else if (age.dueMs() != SegmentFate.UNKNOWN) {
            cause = DeletionCause.TIME;
            due = age.dueMs();
        } else if (moreBytes > 0) {
            cause = DeletionCause.SIZE;
        }
        List<Obstacle> obstacles = new ArrayList<>();
        boolean barred = addObstacles(segment, obstacles);
        if (due == SegmentFate.UNKNOWN) {
            whyNever(ms, bytes, age, obstacles);
        }
        if (cause == DeletionCause.TIME && age.fromMs() == segment.maxTimestamp() && age.fromMs() > now) {
            obstacles.add(new Obstacle(Kind.FUTURE_TIMESTAMP, Long.toString(segment.maxTimestamp())));
        }
        if (cause != DeletionCause.NONE && (cleared == SegmentFate.UNKNOWN || cleared > Math.max(due, now))) {
            obstacles.add(new Obstacle(Kind.OLDER_SEGMENT, Long.toString(blocker)));
        }
        long goes = SegmentFate.UNKNOWN;
        if (!barred && due != SegmentFate.UNKNOWN && cleared != SegmentFate.UNKNOWN) {
            goes = Math.max(due, cleared);
            goes = cause == DeletionCause.TIME ? age.dueAt(goes, segment, ms) : goes;
        }
        return new LocalFate(cause, due, goes, moreBytes, obstacles);
    }

    /** @return true if one of the obstacles lasts for an unknown time */
    private boolean addObstacles(Segment segment, List<Obstacle> obstacles) {
        int before = obstacles.size();
        if (compacted) {
            obstacles.add(new Obstacle(Kind.COMPACTED, ""));
        }
        if (!segment.sealed()) {
            obstacles.add(new Obstacle(Kind.ACTIVE, ""));
        } else if (!segment.isRemote()) {
            boolean never = tier.tiering() == Tiering.READ_ONLY;
            obstacles.add(new Obstacle(Kind.NOT_UPLOADED, never ? "remote.log.copy.disable" : ""));
        }
        if (segment.endOffset() > log.highWatermark()) {
            obstacles.add(new Obstacle(Kind.HIGH_WATERMARK, Long.toString(log.highWatermark())));
        }
        return obstacles.size() > before;
    }

    private void whyNever(long ms, long bytes, SegmentAge age, List<Obstacle> obstacles) {
        if (compacted) {
            return;
        }
        if (!total.delete()) {
            obstacles.add(new Obstacle(Kind.NO_DELETE_POLICY, ""));
        } else if (ms >= 0 && age.fromMs() == SegmentFate.UNKNOWN) {
            obstacles.add(new Obstacle(Kind.UNKNOWN_AGE, ""));
        } else if (ms < 0 && bytes < 0) {
            obstacles.add(new Obstacle(Kind.NO_LOCAL_LIMIT, ""));
        }
    }
}
