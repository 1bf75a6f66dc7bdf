// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.retention.Obstacle.Kind;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Segment.Tier;
import io.varve.core.spi.Tiering;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which local copies of segments go, when and why not. */
class LocalRetentionPolicyTest {
    private static final long NOW = 1_000_000;
    private static final long NEVER = SegmentFate.UNKNOWN;
    private static final RetentionLimits TOTAL = new RetentionLimits(true, 100_000, 10_000, List.of());

    private boolean compacted;
    private RetentionLimits total = TOTAL;

    /** Makes a segment of a hundred offsets and bytes. */
    private static Segment segment(long base, long age, Tier tier) {
        return new Segment(base, base + 100, 100, NOW - age, NOW - age, true, tier);
    }

    private static Segment active(long base, long age) {
        return new Segment(base, base + 50, 50, NOW - age, NOW - age, false, Tier.LOCAL);
    }

    private static TierLimits local(long ms, long bytes) {
        return new TierLimits(Tiering.COPY, ms, bytes);
    }

    private LocalPlan decide(TierLimits tier, Segment... segments) {
        return decide(tier, Long.MAX_VALUE, segments);
    }

    private LocalPlan decide(TierLimits tier, long highWatermark, Segment... segments) {
        LogState log = new LogState(List.of(segments), segments[0].baseOffset(), highWatermark);
        RetentionPlan plan = RetentionPolicy.decide(log, total, tier.tiering(), FutureTimestamps.APPEND_TIME, NOW);
        return LocalRetentionPolicy.decide(plan, log, total, tier, compacted, FutureTimestamps.APPEND_TIME, NOW);
    }

    private static List<Kind> obstacles(LocalPlan plan, int i) {
        return plan.fates().get(i).obstacles().stream().map(Obstacle::kind).toList();
    }

    @Test
    void dropsCopiesThatAreOldAndUploaded() {
        LocalPlan plan = decide(
                local(5_000, -1),
                segment(0, 9_000, Tier.REMOTE),
                segment(100, 8_000, Tier.BOTH),
                segment(200, 6_000, Tier.BOTH),
                segment(300, 4_000, Tier.BOTH),
                active(400, 1_000));
        assertThat(plan.dropTo()).isEqualTo(300);
        assertThat(plan.fates().get(0)).isEqualTo(LocalFate.GONE);
        assertThat(plan.fates())
                .extracting(LocalFate::goesMs)
                .containsExactly(
                        NEVER, NOW - 8_000 + 5_001, NOW - 6_000 + 5_001, NOW - 4_000 + 5_001, NOW - 1_000 + 100_001);
        assertThat(plan.fates().get(1).cause()).isEqualTo(DeletionCause.TIME);
        assertThat(obstacles(plan, 4)).containsExactly(Kind.ACTIVE);
    }

    @Test
    void countsOnlyLocalBytesAgainstTheLocalLimit() {
        LocalPlan plan = decide(
                local(-1, 150),
                segment(0, 9, Tier.REMOTE),
                segment(100, 8, Tier.BOTH),
                segment(200, 7, Tier.BOTH),
                active(300, 1));
        assertThat(plan.dropTo()).isEqualTo(200);
        assertThat(plan.fates()).extracting(LocalFate::moreBytes).containsExactly(NEVER, 0L, 100L, 150L);
        assertThat(plan.fates().get(1).cause()).isEqualTo(DeletionCause.SIZE);
    }

    @Test
    void neverDropsTheOnlyCopyNorWhatComesAfterIt() {
        LocalPlan plan = decide(
                local(5_000, -1),
                segment(0, 9_000, Tier.BOTH),
                segment(100, 8_000, Tier.LOCAL),
                segment(200, 7_000, Tier.BOTH),
                active(300, 6_000));
        assertThat(plan.dropTo()).isEqualTo(100);
        assertThat(obstacles(plan, 1)).containsExactly(Kind.NOT_UPLOADED);
        assertThat(obstacles(plan, 2)).containsExactly(Kind.OLDER_SEGMENT);
        assertThat(plan.fates().get(2).obstacles().get(0).detail()).isEqualTo("100");
        // Both go when total retention deletes the segment that was not uploaded.
        assertThat(plan.fates())
                .extracting(LocalFate::goesMs)
                .startsWith(NOW - 9_000 + 5_001, NOW - 8_000 + 100_001, NOW - 8_000 + 100_001);
    }

    @Test
    void saysWhichSettingKeepsASegmentFromBeingUploaded() {
        LocalPlan plan =
                decide(new TierLimits(Tiering.READ_ONLY, 5_000, -1), segment(0, 9_000, Tier.LOCAL), active(100, 1));
        assertThat(plan.fates().get(0).obstacles())
                .containsExactly(new Obstacle(Kind.NOT_UPLOADED, "remote.log.copy.disable"));
    }

    @Test
    void minusTwoMeansTheTotalLimits() {
        assertThat(decide(local(-2, -2), segment(0, 9_000, Tier.BOTH), active(100, 1))
                        .dropTo())
                .isZero();
        total = new RetentionLimits(true, -1, 40, List.of());
        LocalPlan plan = decide(local(-2, -2), segment(0, 9_000, Tier.BOTH), active(100, 1));
        assertThat(plan.fates().get(0).goesMs()).isEqualTo(NOW);
        assertThat(plan.dropTo()).as("the whole segment is deleted").isZero();
    }

    @Test
    void withoutALimitNoCopyGoesBeforeItsSegment() {
        total = new RetentionLimits(true, -1, -1, List.of());
        LocalPlan plan = decide(local(-2, -1), segment(0, 9_000, Tier.BOTH), active(100, 1));
        assertThat(plan.dropTo()).isZero();
        assertThat(obstacles(plan, 0)).containsExactly(Kind.NO_LOCAL_LIMIT);
        total = RetentionLimits.KEEP;
        assertThat(obstacles(decide(local(1, 1), segment(0, 9_000, Tier.BOTH), active(100, 1)), 0))
                .containsExactly(Kind.NO_DELETE_POLICY);
    }

    @Test
    void aCompactedPartitionKeepsAllLocalCopies() {
        compacted = true;
        LocalPlan plan = decide(local(1, 1), segment(0, 9_000, Tier.BOTH), active(100, 1));
        assertThat(plan.dropTo()).isZero();
        assertThat(obstacles(plan, 0)).containsExactly(Kind.COMPACTED);
        assertThat(obstacles(plan, 1)).containsExactly(Kind.COMPACTED, Kind.ACTIVE);
    }

    @Test
    void keepsWhatIsNotBelowTheHighWatermark() {
        LocalPlan plan = decide(local(1, -1), 99, segment(0, 9_000, Tier.BOTH), active(100, 1));
        assertThat(plan.dropTo()).isZero();
        assertThat(obstacles(plan, 0)).containsExactly(Kind.HIGH_WATERMARK);
    }

    @Test
    void aHoldKeepsRecordsButNoLocalCopy() {
        total = TOTAL.withHolds(List.of(new Hold("audit", 0, 50)));
        assertThat(decide(local(5_000, -1), segment(0, 9_000, Tier.BOTH), active(100, 1))
                        .dropTo())
                .isEqualTo(100);
    }

    @Test
    void aRecordFromTheFutureKeepsNoCopyButIsToldByTheLastAppend() {
        Segment future = new Segment(0, 100, 100, NOW + 50_000, NOW - 9_000, true, Tier.BOTH);
        LocalPlan plan = decide(local(5_000, -1), future, active(100, 1));
        assertThat(plan.dropTo()).isEqualTo(100);
    }

    @Test
    void withoutATierThereIsNothingToSay() {
        assertThat(decide(TierLimits.OFF, segment(0, 9_000, Tier.LOCAL), active(100, 1)))
                .isEqualTo(LocalPlan.NONE);
    }

    @Test
    void whenTheTierIsTurnedOffWhatIsOnlyThereIsDeletedUnlessItIsHeld() {
        LogState log = new LogState(
                List.of(
                        segment(0, 9_000, Tier.REMOTE),
                        segment(100, 8_000, Tier.REMOTE),
                        segment(200, 7_000, Tier.BOTH),
                        active(300, 1)),
                0,
                350);
        RetentionPlan plan = RetentionPolicy.decide(log, TOTAL, Tiering.OFF, FutureTimestamps.APPEND_TIME, NOW);
        assertThat(plan.newStart()).isEqualTo(200);
        assertThat(plan.fates())
                .extracting(SegmentFate::cause)
                .startsWith(DeletionCause.TIER_OFF, DeletionCause.TIER_OFF, DeletionCause.TIME);
        RetentionLimits held = TOTAL.withHolds(List.of(new Hold("audit", 150, 160)));
        RetentionPlan kept = RetentionPolicy.decide(log, held, Tiering.OFF, FutureTimestamps.APPEND_TIME, NOW);
        assertThat(kept.newStart()).isEqualTo(100);
        assertThat(kept.fates().get(1).obstacles()).contains(new Obstacle(Kind.HOLD, "audit"));
        assertThat(RetentionPolicy.decide(log, TOTAL, Tiering.COPY, FutureTimestamps.APPEND_TIME, NOW)
                        .newStart())
                .isZero();
    }

    @Test
    void totalRetentionCountsRemoteAndLocalBytesTogether() {
        LogState log =
                new LogState(List.of(segment(0, 9, Tier.REMOTE), segment(100, 8, Tier.BOTH), active(200, 1)), 0, 250);
        RetentionLimits bytes = new RetentionLimits(true, -1, 150, List.of());
        assertThat(RetentionPolicy.decide(log, bytes, Tiering.COPY, FutureTimestamps.APPEND_TIME, NOW)
                        .newStart())
                .isEqualTo(100);
    }
}
