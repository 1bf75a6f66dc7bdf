// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirtyPortionTest {
    private static final long NOW = 1_000_000;
    private static final long HOUR = 3_600_000;

    /**
     * Makes segments of ten offsets each, of the given bytes. Their max timestamps are a second apart, that
     * of the last sealed segment is now.
     */
    private static List<Segment> segments(long... bytes) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            boolean sealed = i < bytes.length - 1;
            long timestamp = NOW - 1000L * (bytes.length - 2 - i);
            segments.add(
                    new Segment(10L * i, 10L * i + 10, bytes[i], timestamp, timestamp, sealed, Segment.Tier.LOCAL));
        }
        return segments;
    }

    private static CompactionLimits limits(double ratio, long minLag, long maxLag) {
        return new CompactionLimits(true, ratio, minLag, maxLag, 0);
    }

    private static DirtyPortion dirt(CompactionLimits limits, long cleanedTo, long stable, List<Segment> segments) {
        return DirtyPortion.of(segments, limits, cleanedTo, stable, NOW, segment -> segment.maxTimestamp() - 500);
    }

    @Test
    void neverTakesTheActiveSegmentNorOneThatHoldsWhatIsUndecided() {
        assertThat(dirt(CompactionLimits.DEFAULT, 0, 40, segments(5, 6, 7, 8)))
                .isEqualTo(new DirtyPortion(segments(5, 6, 7, 8).subList(0, 3), 0, 30, 0, 18, false));
        assertThat(dirt(CompactionLimits.DEFAULT, 0, 29, segments(5, 6, 7, 8)).end())
                .isEqualTo(20);
        assertThat(dirt(CompactionLimits.DEFAULT, 0, 0, segments(5, 6, 7, 8)).dirtyBytes())
                .isZero();
        assertThat(dirt(CompactionLimits.DEFAULT, 0, 10, segments(5)).dirtyBytes())
                .isZero();
    }

    @Test
    void leavesWhatIsYoungAsItIs() {
        DirtyPortion dirt = dirt(limits(0, 1001, Long.MAX_VALUE), 0, 40, segments(5, 6, 7, 8));
        assertThat(dirt.end()).isEqualTo(10);
        assertThat(dirt(limits(0, 1, Long.MAX_VALUE), 0, 40, segments(5, 6, 7, 8))
                        .end())
                .isEqualTo(20);
        assertThat(dirt(limits(0, 0, Long.MAX_VALUE), 0, 40, segments(5, 6, 7, 8))
                        .end())
                .isEqualTo(30);
    }

    @Test
    void isDueWhenMoreThanTheRatioIsDirty() {
        DirtyPortion half = dirt(CompactionLimits.DEFAULT, 10, 40, segments(10, 4, 6, 8));
        assertThat(half.ratio()).isEqualTo(0.5);
        assertThat(half.isDue(CompactionLimits.DEFAULT)).isFalse();
        assertThat(half.isDue(limits(0.49, 0, Long.MAX_VALUE))).isTrue();
        assertThat(dirt(limits(0, 0, Long.MAX_VALUE), 30, 40, segments(10, 4, 6, 8))
                        .isDue(limits(0, 0, 1)))
                .isFalse();
    }

    @Test
    void isDueWhateverTheRatioWhenARecordWaitsTooLong() {
        List<Segment> segments = segments(100, 1, 8);
        assertThat(dirt(limits(1, 0, 500), 10, 40, segments).overdue()).isFalse();
        assertThat(dirt(limits(1, 0, 499), 10, 40, segments).isDue(limits(1, 0, 499)))
                .isTrue();
        assertThat(dirt(limits(1, 0, HOUR), 10, 40, segments).isDue(limits(1, 0, HOUR)))
                .isFalse();
    }

    @Test
    void countsASegmentThatIsPartlyCleanAsBoth() {
        DirtyPortion dirt = dirt(CompactionLimits.DEFAULT, 15, 40, segments(5, 6, 7, 8));
        assertThat(dirt.cleanBytes()).isEqualTo(11);
        assertThat(dirt.dirtyBytes()).isEqualTo(13);
        assertThat(dirt.maxRecords()).isEqualTo(15);
    }

    @Test
    void groupsNeighboursUpToASegmentsSize() {
        SegmentLimits limits = new SegmentLimits(20, Long.MAX_VALUE, 0, 1 << 20);
        assertThat(SegmentGroups.of(segments(5, 6, 9, 1, 30, 0, 0, 19), limits))
                .extracting(List::size)
                .containsExactly(3, 1, 1, 3);
        assertThat(SegmentGroups.of(segments(5, 6, 9), new SegmentLimits(20, Long.MAX_VALUE, 1, 11 * 12)))
                .extracting(List::size)
                .containsExactly(2, 1);
    }

    @Test
    void aGroupSpansNoMoreOffsetsThanAnIndexCanTell() {
        SegmentLimits limits = new SegmentLimits(1 << 30, Long.MAX_VALUE, 4096, 1 << 20);
        Segment first = new Segment(0, 100, 10, 1, 1, true, Segment.Tier.LOCAL);
        Segment far = new Segment(100, 1L + Integer.MAX_VALUE, 10, 1, 1, true, Segment.Tier.LOCAL);
        Segment farther = new Segment(100, 2L + Integer.MAX_VALUE, 10, 1, 1, true, Segment.Tier.LOCAL);
        assertThat(SegmentGroups.of(List.of(first, far), limits)).hasSize(1);
        assertThat(SegmentGroups.of(List.of(first, farther), limits)).hasSize(2);
    }
}
