// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Tests that forecasts come true: over years of checks, every segment is deleted by the first check at or
 * after its forecast time, and no other segment is. One exception: a segment may be due by its last append
 * only while its newest timestamp lies in the future. If no check comes before that timestamp, this segment
 * and those after it are deleted later than forecast, never sooner.
 */
class ForecastTest {
    private static final long DAY = 24L * 3600 * 1000;
    private static final long START = 1_700_000_000_000L;
    private static final int LOGS = 3_000;
    private static final int MOST_CHECKS = 400;

    @Test
    void everySegmentGoesWhenItWasSaidTo() {
        long foretold = 0;
        for (long seed = 0; seed < LOGS; seed++) {
            foretold += play(seed);
        }
        assertThat(foretold).as("segments whose time came").isGreaterThan(LOGS);
    }

    /** @return number of deleted segments */
    private static int play(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RetentionLimits limits = limits(random);
        FutureTimestamps rule = FutureTimestamps.values()[random.nextInt(2)];
        LogState log = log(random);
        RetentionPlan plan = RetentionPolicy.decide(log, limits, Tiering.OFF, rule, START);
        Map<Long, Long> gone = new HashMap<>();
        long interval = random.nextLong(1, 20 * DAY);
        List<Long> checks = new ArrayList<>(List.of(START));
        LogState left = log;
        for (int i = 0; i < MOST_CHECKS; i++) {
            long now = checks.get(i);
            left = checked(left, RetentionPolicy.decide(left, limits, Tiering.OFF, rule, now), now, gone);
            checks.add(now + 1 + random.nextLong(interval));
        }
        long missed = 0;
        for (SegmentFate fate : plan.fates()) {
            Long first = gone.get(fate.segment().baseOffset());
            Long due = fate.goesMs() == SegmentFate.UNKNOWN
                    ? null
                    : checks.stream()
                            .limit(MOST_CHECKS)
                            .filter(time -> time >= fate.goesMs())
                            .findFirst()
                            .orElse(null);
            missed += isMissed(fate, due) ? 1 : 0;
            if (missed > 0) {
                assertThat(first == null || due != null && first >= due)
                        .as("seed %d, went at %d, foretold by %s of %s under %s", seed, first, fate, log, limits)
                        .isTrue();
            } else {
                assertThat(first)
                        .as("seed %d, foretold by %s of %s under %s", seed, fate, log, limits)
                        .isEqualTo(due);
            }
        }
        return missed > 0 ? 0 : gone.size();
    }

    /** @return true if the first check came only after the segment's newest timestamp */
    private static boolean isMissed(SegmentFate fate, Long firstCheck) {
        long newest = fate.segment().maxTimestamp();
        return fate.cause() == DeletionCause.TIME
                && newest > START
                && newest > fate.goesMs()
                && firstCheck != null
                && firstCheck >= newest;
    }

    private static LogState checked(LogState log, RetentionPlan plan, long now, Map<Long, Long> gone) {
        List<Segment> kept = new ArrayList<>();
        for (SegmentFate fate : plan.fates()) {
            if (fate.goesBy(now)) {
                gone.put(fate.segment().baseOffset(), now);
                assertThat(fate.segment().endOffset()).isLessThanOrEqualTo(plan.newStart());
            } else {
                kept.add(fate.segment());
            }
        }
        if (kept.isEmpty()) {
            kept.add(new Segment(plan.newStart(), plan.newStart(), 0, -1, -1, false, Segment.Tier.LOCAL));
        }
        return new LogState(kept, plan.newStart(), log.highWatermark());
    }

    private static RetentionLimits limits(SplittableRandom random) {
        long ms = random.nextInt(5) == 0 ? -1 : random.nextLong(random.nextBoolean() ? DAY : 1_000 * DAY);
        long bytes = random.nextInt(2) == 0 ? -1 : random.nextLong(2_000);
        List<Hold> holds = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            long from = random.nextLong(800);
            holds.add(new Hold("held", from, from + 1 + random.nextLong(300)));
        }
        return new RetentionLimits(random.nextInt(8) > 0, ms, bytes, holds);
    }

    private static LogState log(SplittableRandom random) {
        List<Segment> segments = new ArrayList<>();
        int count = random.nextInt(1, 9);
        long base = random.nextLong(50);
        long start = base + random.nextLong(30);
        for (int i = 0; i < count; i++) {
            boolean sealed = i < count - 1;
            long end = base + 1 + random.nextLong(100);
            long bytes = random.nextInt(20) == 0 ? 0 : 1 + random.nextLong(500);
            if (!sealed && bytes == 0) {
                end = base;
            }
            segments.add(new Segment(base, end, bytes, time(random), time(random), sealed, Segment.Tier.LOCAL));
            base = end;
        }
        return new LogState(segments, start, random.nextInt(4) == 0 ? base - random.nextLong(80) : base);
    }

    /** Returns a time years back or ahead, or -1. */
    private static long time(SplittableRandom random) {
        return random.nextInt(8) == 0 ? -1 : START + random.nextLong(-1_500 * DAY, 700 * DAY);
    }
}
