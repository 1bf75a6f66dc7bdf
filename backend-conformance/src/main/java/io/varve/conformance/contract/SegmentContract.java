// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks how batches are cut into segments, and what the segments say of themselves. */
public abstract class SegmentContract extends Contract {
    /** File systems note times no more finely than this. */
    private static final long COARSE_MS = 1_000;

    private final Clock clock = Clock.system();

    protected SegmentContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private List<Segment> segments() {
        return TimelessSegments.anywhere(store.segments());
    }

    @Test
    void aNewPartitionHasOneEmptyActiveSegment() {
        assertThat(store.segments()).containsExactly(new Segment(0, 0, 0, -1, -1, false, Segment.Tier.LOCAL));
    }

    @Test
    void endsASegmentBeforeItWouldExceedItsSize() {
        appendTens(12);
        assertThat(TimelessSegments.timeless(store.segments()))
                .containsExactly(
                        segment(0, 50, 5, EPOCH + 49, true),
                        segment(50, 100, 5, EPOCH + 99, true),
                        segment(100, 120, 2, EPOCH + 119, false));
    }

    @Test
    void theyAreTheSameAfterReopening() {
        appendTens(12);
        List<Segment> before = segments();
        reopen();
        assertThat(segments()).isEqualTo(before);
        crash();
        assertThat(TimelessSegments.timeless(store.segments())).isEqualTo(TimelessSegments.timeless(before));
    }

    @Test
    void theyTellWhenTheyWereLastAppendedTo() {
        long begun = clock.millis();
        appendTens(5);
        long between = nextMillis();
        appendTens(7);
        List<Segment> segments = store.segments();
        assertThat(segments.get(0).lastAppendMs()).isBetween(begun, between - 1);
        assertThat(segments.get(1).lastAppendMs()).isBetween(between, clock.millis());
        assertThat(segments.get(2).lastAppendMs()).isBetween(between, clock.millis());
        long later = nextMillis();
        appendTens(1);
        assertThat(store.segments().get(2).lastAppendMs()).isBetween(later, clock.millis());
    }

    @Test
    void whenTheyWereLastAppendedToIsStillKnownAfterReopeningAndAboutKnownAfterACrash() {
        long begun = clock.millis();
        appendTens(12);
        sync();
        List<Segment> before = segments();
        nextMillis();
        reopen();
        assertThat(segments()).isEqualTo(before);
        crash();
        assertThat(store.segments())
                .allSatisfy(segment -> assertThat(segment.lastAppendMs()).isBetween(begun - COARSE_MS, clock.millis()));
    }

    @Test
    void whatATruncationLeavesKeepsWhenItWasAppended() {
        appendTens(4);
        long appended = store.segments().get(0).lastAppendMs();
        nextMillis();
        store.truncateTo(20);
        assertThat(store.segments().get(0).lastAppendMs()).isEqualTo(appended);
        reopen();
        assertThat(store.segments().get(0).lastAppendMs()).isEqualTo(appended);
        store.truncateTo(0);
        assertThat(store.segments()).containsExactly(new Segment(0, 0, 0, -1, -1, false, Segment.Tier.LOCAL));
    }

    /** Waits until the clock has moved on. */
    private long nextMillis() {
        long now = clock.millis();
        while (clock.millis() == now) {
            Thread.onSpinWait();
        }
        return clock.millis();
    }

    @Test
    void endsASegmentByAge() {
        store.settings(PartitionSettings.of(new SegmentLimits(1 << 20, 100, 0, 1 << 16)));
        append(Batches.run(0, 1, SIZE, EPOCH));
        append(Batches.run(1, 1, SIZE, EPOCH + 100));
        append(Batches.run(2, 1, SIZE, EPOCH + 101));
        append(Batches.run(3, 1, SIZE, EPOCH + 201));
        append(Batches.run(4, 1, SIZE, EPOCH + 202));
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 2L, 4L);
    }

    /**
     * No timestamp is told by a negative one, and says nothing of age: neither the first batch's nor the new
     * one's.
     */
    @ParameterizedTest(name = "first {0}, then {1}")
    @CsvSource({"-1, -1", "-5, -1", "-1, 1700000000000", "1700000000000, -1"})
    void withoutTimestampsAgeCountsFromTheFirstAppend(long first, long then) {
        store.settings(PartitionSettings.of(new SegmentLimits(1 << 20, 1, 0, 1 << 16)));
        append(Batches.run(0, 1, SIZE, first));
        assertThat(store.segments()).hasSize(1);
        nextMillis();
        nextMillis();
        append(Batches.run(1, 1, SIZE, then));
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 1L);
        store.settings(PartitionSettings.of(new SegmentLimits(1 << 20, 3_600_000, 0, 1 << 16)));
        append(Batches.run(2, 1, SIZE, -1));
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 1L);
    }

    @Test
    void ageCountsFromTheFirstBatchAlsoAfterReopening() {
        PartitionSettings byAge = PartitionSettings.of(new SegmentLimits(1 << 20, 100, 0, 1 << 16));
        store.settings(byAge);
        append(Batches.run(0, 1, SIZE, EPOCH));
        append(Batches.run(1, 1, SIZE, EPOCH + 60));
        reopen();
        store.settings(byAge);
        append(Batches.run(2, 1, SIZE, EPOCH + 110));
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 2L);
    }

    @Test
    void newLimitsHoldFromTheNextAppend() {
        appendTens(1);
        store.settings(PartitionSettings.of(new SegmentLimits(14, Long.MAX_VALUE, 4096, 1 << 16)));
        appendTens(2);
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 10L, 20L);
    }

    @Test
    void theListIsACopy() {
        appendTens(1);
        List<Segment> handedOut = store.segments();
        List<Segment> before = List.copyOf(handedOut);
        appendTens(9);
        assertThat(handedOut).isEqualTo(before);
    }

    @Test
    void theyTellTheTimestampOfTheirFirstBatch() {
        assertThat(store.firstTimestamp(store.segments().get(0))).isEqualTo(-1);
        append(Batches.run(0, 10, SIZE, EPOCH + 500));
        append(Batches.run(10, 10, SIZE, EPOCH + 900));
        append(Batches.run(20, 10, SIZE, EPOCH + 100));
        assertThat(store.firstTimestamp(store.segments().get(0))).isEqualTo(EPOCH + 500);
        store.trimTo(15);
        assertThat(store.firstTimestamp(store.segments().get(0))).isEqualTo(EPOCH + 900);
        reopen();
        assertThat(store.firstTimestamp(store.segments().get(0))).isEqualTo(EPOCH + 900);
    }

    @Test
    void segmentsMeet() {
        append(Batches.run(ten(0)));
        for (long base = 1000; base < 100_000; base += 3000) {
            append(Batches.run(ten(base)));
        }
        meet(store);
        store.trimTo(50_000);
        meet(store);
        store.truncateTo(70_000);
        meet(store);
        reopen();
        meet(store);
    }

    private static void meet(PartitionStore store) {
        List<Segment> segments = store.segments();
        for (int i = 1; i < segments.size(); i++) {
            assertThat(segments.get(i).baseOffset())
                    .isEqualTo(segments.get(i - 1).endOffset());
            assertThat(segments.get(i - 1).sealed()).isTrue();
        }
        Segment active = segments.get(segments.size() - 1);
        assertThat(active.sealed()).isFalse();
        assertThat(active.endOffset()).isEqualTo(store.extent().readableEnd());
        assertThat(segments.get(0).baseOffset())
                .isLessThanOrEqualTo(store.extent().start());
    }
}
