// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.retention.Obstacle.Kind;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
    private static final long NOW = 1_000_000;
    private static final long NEVER = SegmentFate.UNKNOWN;

    private final Segment first = segment(0, 100, NOW - 5_000, true);
    private final Segment second = segment(100, 100, NOW - 3_000, true);
    private final Segment active = segment(200, 100, NOW - 1_000, false);

    /** Makes a segment with a hundred offsets, appended at its newest timestamp. */
    private static Segment segment(long base, long bytes, long newest, boolean sealed) {
        return new Segment(base, base + 100, bytes, newest, newest, sealed, Segment.Tier.LOCAL);
    }

    private static RetentionLimits time(long ms) {
        return new RetentionLimits(true, ms, -1, List.of());
    }

    private static RetentionLimits size(long bytes) {
        return new RetentionLimits(true, -1, bytes, List.of());
    }

    private RetentionPlan decide(RetentionLimits limits) {
        return decide(limits, 300);
    }

    private RetentionPlan decide(RetentionLimits limits, long highWatermark) {
        return RetentionPolicy.decide(
                new LogState(List.of(first, second, active), 0, highWatermark),
                limits,
                Tiering.OFF,
                FutureTimestamps.APPEND_TIME,
                NOW);
    }

    private static RetentionPlan decide(FutureTimestamps rule, RetentionLimits limits, Segment... segments) {
        return RetentionPolicy.decide(
                new LogState(List.of(segments), 0, Long.MAX_VALUE), limits, Tiering.OFF, rule, NOW);
    }

    @Test
    void deletesWhatIsOlderThanTheLimit() {
        RetentionPlan plan = decide(time(2_999));
        assertThat(plan.newStart()).isEqualTo(200);
        assertThat(plan.fates()).extracting(SegmentFate::cause).containsOnly(DeletionCause.TIME);
        assertThat(plan.fates().get(2).goesMs()).isEqualTo(NOW - 1_000 + 2_999 + 1);
    }

    @Test
    void keepsWhatIsExactlyAsOldAsTheLimit() {
        assertThat(decide(time(3_000)).newStart()).isEqualTo(100);
    }

    @Test
    void emptiesTheLogWhenTheActiveSegmentIsTooOldAsWell() {
        assertThat(decide(time(500)).newStart()).isEqualTo(300);
        assertThat(decide(time(500)).fates().get(2).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.ACTIVE);
    }

    @Test
    void keepsWhatIsNotBelowTheHighWatermark() {
        RetentionPlan plan = decide(time(500), 299);
        assertThat(plan.newStart()).isEqualTo(200);
        assertThat(plan.fates().get(2).goesMs()).isEqualTo(NEVER);
        assertThat(plan.fates().get(2).obstacles()).contains(new Obstacle(Kind.HIGH_WATERMARK, "299"));
    }

    @Test
    void deletesWhatHasEnoughBytesAfterIt() {
        RetentionPlan plan = decide(size(150));
        assertThat(plan.newStart()).isEqualTo(100);
        assertThat(plan.fates()).extracting(SegmentFate::moreBytes).containsExactly(0L, 50L, 150L);
        assertThat(plan.fates()).extracting(SegmentFate::cause).containsOnly(DeletionCause.SIZE);
        assertThat(plan.fates()).extracting(SegmentFate::goesMs).containsExactly(NOW, NEVER, NEVER);
    }

    @Test
    void deletesByPrefixOnly() {
        Segment young = segment(0, 100, NOW, true);
        Segment old = segment(100, 100, NOW - 5_000, true);
        RetentionPlan plan = decide(FutureTimestamps.APPEND_TIME, time(1_000), young, old, segment(200, 0, -1, false));
        assertThat(plan.newStart()).isZero();
        assertThat(plan.fates().get(1).dueMs()).isEqualTo(NOW - 3_999);
        assertThat(plan.fates().get(1).goesMs()).isEqualTo(NOW + 1_001);
        assertThat(plan.fates().get(1).obstacles()).containsExactly(new Obstacle(Kind.OLDER_SEGMENT, "0"));
        assertThat(plan.fates().get(2).obstacles()).containsExactly(new Obstacle(Kind.EMPTY, ""));
    }

    @Test
    void aHoldKeepsWhatItPinsAndWhatComesAfter() {
        RetentionLimits held = time(500).withHolds(List.of(new Hold("audit", 150, 160)));
        RetentionPlan plan = decide(held);
        assertThat(plan.newStart()).isEqualTo(100);
        assertThat(plan.fates().get(1).obstacles()).contains(new Obstacle(Kind.HOLD, "audit"));
        assertThat(plan.fates().get(2).obstacles()).contains(new Obstacle(Kind.HOLD, "audit"));
        assertThat(plan.fates().get(1).dueMs()).isLessThanOrEqualTo(NOW);
        assertThat(held.maxStart(0)).isEqualTo(150);
        assertThat(held.maxStart(155)).isEqualTo(155);
        assertThat(held.maxStart(160)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTimestampInTheFuturePinsNothingUnlessKafkasRuleIsAskedFor() {
        Segment future = new Segment(0, 100, 100, NOW + 900_000, NOW - 5_000, true, Segment.Tier.LOCAL);
        assertThat(decide(FutureTimestamps.APPEND_TIME, time(1_000), future, active)
                        .newStart())
                .isEqualTo(100);
        SegmentFate fate = decide(FutureTimestamps.KAFKA, time(1_000), future, active)
                .fates()
                .get(0);
        assertThat(fate.goesMs()).isEqualTo(NOW + 901_001);
        assertThat(fate.obstacles()).containsExactly(new Obstacle(Kind.FUTURE_TIMESTAMP, Long.toString(NOW + 900_000)));
    }

    @Test
    void anAppendTimeThatIsTooEarlyDeletesNothingYoung() {
        for (long appended : new long[] {-1, 0, 1, NOW - 500_000}) {
            Segment young = new Segment(0, 100, 100, NOW, appended, true, Segment.Tier.LOCAL);
            SegmentFate fate = decide(FutureTimestamps.APPEND_TIME, time(1_000), young, active)
                    .fates()
                    .get(0);
            assertThat(fate.ageFromMs()).isEqualTo(NOW);
            assertThat(fate.dueMs()).isEqualTo(NOW + 1_001);
            assertThat(fate.goesMs()).isEqualTo(NOW + 1_001);
        }
    }

    @Test
    void anAppendTimeThatIsNotKnownDoesNotStandInForATimestampInTheFuture() {
        for (long appended : new long[] {-1, 0}) {
            Segment future = new Segment(0, 100, 100, NOW + 5, appended, true, Segment.Tier.LOCAL);
            assertThat(decide(FutureTimestamps.APPEND_TIME, time(1_000), future)
                            .fates()
                            .get(0)
                            .goesMs())
                    .isEqualTo(NOW + 1_006);
        }
    }

    @Test
    void aTimestampWhoseTimeComesBeforeTheAppendIsOldCountsFromThenOn() {
        Segment soon = new Segment(0, 100, 100, NOW + 600, NOW - 100, true, Segment.Tier.LOCAL);
        SegmentFate fate = decide(FutureTimestamps.APPEND_TIME, time(1_000), soon, active)
                .fates()
                .get(0);
        assertThat(fate.isByAppend()).isFalse();
        assertThat(fate.goesMs()).isEqualTo(NOW + 1_601);
        assertThat(fate.obstacles()).containsExactly(new Obstacle(Kind.FUTURE_TIMESTAMP, Long.toString(NOW + 600)));
    }

    @Test
    void whatStaysBehindOlderSegmentsUntilItsTimestampHasComeGoesByThat() {
        Segment young = segment(0, 100, NOW, true);
        Segment future = new Segment(100, 200, 100, NOW + 800, NOW - 900, true, Segment.Tier.LOCAL);
        SegmentFate fate = decide(FutureTimestamps.APPEND_TIME, time(1_000), young, future, segment(200, 0, -1, false))
                .fates()
                .get(1);
        assertThat(fate.isByAppend()).isTrue();
        assertThat(fate.dueMs()).isEqualTo(NOW + 101);
        assertThat(fate.goesMs()).isEqualTo(NOW + 1_801);
    }

    @Test
    void recordsWithoutTimestampsAgeFromTheirAppend() {
        Segment timeless = new Segment(0, 100, 100, -1, NOW - 5_000, true, Segment.Tier.LOCAL);
        assertThat(decide(FutureTimestamps.KAFKA, time(1_000), timeless, active).newStart())
                .isEqualTo(100);
        Segment unknown = new Segment(0, 100, 100, -1, -1, true, Segment.Tier.LOCAL);
        SegmentFate fate = decide(FutureTimestamps.APPEND_TIME, time(1_000), unknown, active)
                .fates()
                .get(0);
        assertThat(fate.obstacles()).containsExactly(new Obstacle(Kind.UNKNOWN_AGE, ""));
    }

    @Test
    void saysWhyNothingEverGoes() {
        RetentionPlan compacted = decide(new RetentionLimits(false, 1, 1, List.of()));
        assertThat(compacted.newStart()).isZero();
        assertThat(compacted.fates().get(0).obstacles()).containsExactly(new Obstacle(Kind.NO_DELETE_POLICY, ""));
        assertThat(decide(time(-1)).fates().get(0).obstacles()).containsExactly(new Obstacle(Kind.NO_LIMIT, ""));
        assertThat(decide(time(Long.MAX_VALUE)).fates().get(0).goesMs()).isEqualTo(NEVER);
    }

    @Test
    void whatCompactionEmptiedIsInNobodysWay() {
        Segment emptied = new Segment(0, 100, 0, -1, -1, true, Segment.Tier.LOCAL);
        assertThat(decide(FutureTimestamps.APPEND_TIME, time(2_000), emptied, second, active)
                        .newStart())
                .isEqualTo(200);
    }

    @Test
    void whatLiesBelowTheStartGoesWhateverThePolicy() {
        RetentionPlan plan = RetentionPolicy.decide(
                new LogState(List.of(first, active), 150, 300),
                RetentionLimits.KEEP,
                Tiering.OFF,
                FutureTimestamps.KAFKA,
                NOW);
        assertThat(plan.fates().get(0).cause()).isEqualTo(DeletionCause.LOG_START);
        assertThat(plan.newStart()).isEqualTo(150);
    }

    @Test
    void refusesLimitsAndHoldsThatMakeNoSense() {
        assertThatThrownBy(() -> time(-2)).hasMessageContaining("-2");
        assertThatThrownBy(() -> new Hold("x", 5, 5)).hasMessageContaining("'x'");
        assertThatThrownBy(() -> new Hold("", 5, 6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RetentionConfig(0, FutureTimestamps.KAFKA)).hasMessageContaining("0 ms");
    }
}
