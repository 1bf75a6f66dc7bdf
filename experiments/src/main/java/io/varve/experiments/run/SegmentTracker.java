// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.retention.FateWords;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.SegmentFate;
import io.varve.core.spi.Segment;
import io.varve.experiments.result.SegmentLife;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Follows the segments of a partition from their creation to their end. Looks at the log each time a segment
 * may have begun, and before and after each check of retention. Not thread-safe.
 */
final class SegmentTracker {
    private static final long NEVER = -1;

    private static final class Life {
        Segment last;
        long createdMs;
        long sealedMs = NEVER;
        long uploadedMs = NEVER;
        long localGoneMs = NEVER;
        long deletedMs = NEVER;
        String reason = "";
    }

    private final String policy;
    private final int scale;
    private final LogEngine engine;
    private final PartitionLog log;
    private final TreeMap<Long, Life> alive = new TreeMap<>();
    private final List<Life> gone = new ArrayList<>();
    private final Map<Long, String> reasons = new HashMap<>();
    long compactionBytes;
    private long activeBase = NEVER;

    SegmentTracker(String policy, int scale, LogEngine engine, PartitionLog log) {
        this.policy = policy;
        this.scale = scale;
        this.engine = engine;
        this.log = log;
    }

    /** Asks the engine why it will delete what the check that is due now deletes. */
    void beforeCheck(long now) {
        RetentionExplanation explanation = engine.explainRetention(log);
        for (SegmentFate fate : explanation.plan().going(now)) {
            reasons.put(
                    fate.segment().baseOffset(),
                    FateWords.reason(fate, explanation.rules().limits()));
        }
    }

    /** Looks only if another segment has become the active one since. */
    void afterAppend(long now) {
        if (log.maintenance().store().sealedEnd() != activeBase) {
            look(now);
        }
    }

    void look(long now) {
        TreeMap<Long, Life> before = new TreeMap<>(alive);
        for (Segment segment : log.segments()) {
            Life life = before.remove(segment.baseOffset());
            if (life == null) {
                life = new Life();
                life.createdMs = now;
                alive.put(segment.baseOffset(), life);
            }
            see(life, segment, now);
            activeBase = segment.baseOffset();
        }
        before.forEach((base, life) -> {
            life.deletedMs = now;
            life.reason = base < log.logStartOffset()
                    ? reasons.getOrDefault(base, "the log starts after it")
                    : "compacted together with the segment before it";
            reasons.remove(base);
            alive.remove(base);
            gone.add(life);
        });
    }

    private void see(Life life, Segment segment, long now) {
        if (life.last != null && life.last.sealed() && life.last.bytes() != segment.bytes()) {
            compactionBytes += segment.bytes();
        }
        life.last = segment;
        life.sealedMs = segment.sealed() && life.sealedMs == NEVER ? now : life.sealedMs;
        life.uploadedMs = segment.isRemote() && life.uploadedMs == NEVER ? now : life.uploadedMs;
        life.localGoneMs = !segment.isLocal() && life.localGoneMs == NEVER ? now : life.localGoneMs;
    }

    /** @return the lives of all segments that ever held a record, in the order of their offsets */
    List<SegmentLife> lives() {
        engine.explainRetention(log)
                .plan()
                .fates()
                .forEach(fate -> alive.get(fate.segment().baseOffset()).reason = FateWords.stays(fate));
        List<Life> all = new ArrayList<>(gone);
        all.addAll(alive.values());
        return all.stream()
                .filter(life -> life.last.endOffset() > life.last.baseOffset())
                .sorted(Comparator.comparingLong((Life life) -> life.last.baseOffset())
                        .thenComparingLong(life -> life.createdMs))
                .map(this::row)
                .toList();
    }

    private SegmentLife row(Life life) {
        return new SegmentLife(
                policy,
                log.id().topic(),
                log.id().partition(),
                life.last.baseOffset(),
                life.last.endOffset(),
                life.last.bytes() * scale,
                life.createdMs,
                life.sealedMs,
                life.uploadedMs,
                life.localGoneMs,
                life.deletedMs,
                life.reason);
    }
}
