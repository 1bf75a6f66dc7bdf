// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.SegmentIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Checks which segment is uploaded next, whatever the bucket has already. */
class UploadPlanTest {
    private static final PartitionId ID = new PartitionId("t", new UUID(1, 1), 0);

    @Test
    void takesTheOldestSealedAndDurableSegmentThatTheBucketLacks() {
        List<Segment> hot = hot(0, 10, 20, 30);
        assertThat(next(hot, new Extent(0, 30, 30), remote(0), false)).containsExactly(0L, 10L);
        assertThat(next(hot, new Extent(0, 30, 30), remote(0, 10), false)).containsExactly(10L, 20L);
        assertThat(next(hot, new Extent(0, 30, 15), remote(0, 10), false)).isEmpty();
        assertThat(next(hot, new Extent(0, 30, 30), remote(0, 10, 20), false)).isEmpty();
    }

    @Test
    void beginsAtTheStartOfAPartitionThatWasTrimmed() {
        List<Segment> hot = hot(0, 10, 20, 30);
        assertThat(next(hot, new Extent(5, 30, 30), remote(0), false)).containsExactly(5L, 10L);
        assertThat(next(hot, new Extent(10, 30, 30), remote(0), false)).containsExactly(10L, 20L);
    }

    @Test
    void beginsWhereTheBucketEndsWithinASegment() {
        assertThat(next(hot(0, 10, 20, 30), new Extent(0, 30, 30), remote(0, 10, 15), false))
                .containsExactly(15L, 20L);
    }

    @Test
    void waitsUntilTheManifestKnowsThatRecordsWereGivenUp() {
        assertThat(next(hot(20, 30, 40), new Extent(20, 40, 40), remote(0, 10), false))
                .isEmpty();
        RemotePartition moved = new RemotePartition(ID, 20, List.of(), false);
        assertThat(next(hot(20, 30, 40), new Extent(20, 40, 40), Optional.of(moved), false))
                .containsExactly(20L, 30L);
    }

    @Test
    void uploadsACompactedSegmentAgain() {
        Extent extent = new Extent(0, 40, 40);
        // The same borders, but other bytes.
        assertThat(next(hot(0, 10, 20, 30), extent, remote(0, 10, 20), true)).isEmpty();
        List<Segment> smaller = new ArrayList<>(hot(0, 10, 20, 30));
        smaller.set(1, segment(10, 20, 7, true));
        assertThat(next(smaller, extent, remote(0, 10, 20), true)).containsExactly(10L, 20L);
        assertThat(next(smaller, extent, remote(0, 10, 20), false)).isEmpty();
        // Two segments became one.
        assertThat(next(hot(0, 20, 30), extent, remote(0, 10, 20), true)).containsExactly(0L, 20L);
        // The new segments border where the old ones did not.
        assertThat(next(hot(0, 15, 20, 30), extent, remote(0, 10, 20), true)).containsExactly(0L, 20L);
        // Of a segment that holds the start the bucket may have a part, which sizes do not tell.
        List<Segment> trimmed = new ArrayList<>(hot(0, 10, 20, 30));
        trimmed.set(0, segment(0, 10, 7, true));
        Extent within = new Extent(5, 40, 40);
        assertThat(plan(trimmed, within, remote(5, 10, 20), true, true).next()).isEmpty();
        UploadPlan unknown = plan(trimmed, within, remote(5, 10, 20), true, false);
        assertThat(unknown.next()).contains(new UploadPlan.ObjectOffsets(5, 10, 100, 5, 7));
    }

    @Test
    void uploadsWhatIsNewerBeforeWhatWasReplacedBecauseOfIt() {
        List<Segment> hot = new ArrayList<>(hot(0, 10, 20, 30));
        hot.set(0, segment(0, 10, 7, true));
        Extent extent = new Extent(0, 30, 30);
        assertThat(compacted(hot, extent, remote(0, 10), 20)).containsExactly(10L, 20L);
        assertThat(compacted(hot, extent, remote(0, 10, 20), 20)).containsExactly(0L, 10L);
        assertThat(compacted(hot, extent, remote(0, 10, 20), 25)).isEmpty();
    }

    @Test
    void leavesWhatOnlyTheBucketHasAndMovesNoStartThere() {
        List<Segment> hot = new ArrayList<>(hot(0, 10, 15, 20, 30, 40));
        hot.set(0, segment(0, 10, 7, true));
        Extent trimmed = new Extent(5, 40, 40);
        // A crash took the trim to 5 back, except for what is on this machine.
        UploadPlan same =
                UploadPlan.ofCompacted(trimmed, hot, remote(0, 10, 20, 30), 0, 0, (s, other) -> false, other -> true);
        assertThat(same.next().map(UploadPlan.ObjectOffsets::baseOffset)).contains(10L);
        assertThat(same.next().map(UploadPlan.ObjectOffsets::partOf)).contains(-1L);
        // The second segment here begins within an object that has records which only the bucket has.
        UploadPlan across =
                UploadPlan.ofCompacted(trimmed, hot, remote(0, 20, 30), 0, 0, (s, other) -> false, other -> true);
        assertThat(across.next()).isEmpty();
        UploadPlan lacking = UploadPlan.of(trimmed, hot, remote(0, 7), 0);
        assertThat(lacking.next()).contains(new UploadPlan.ObjectOffsets(7, 10, 100, 5, -1));
    }

    /** What was never replaced here is not compared: all batches would be read after each start. */
    @Test
    void uploadsAgainWhatHasOtherBatchesOnceSomethingWasReplaced() {
        Extent extent = new Extent(0, 30, 30);
        UploadPlan replaced = UploadPlan.ofCompacted(
                extent, hot(0, 10, 20, 30), remote(0, 10, 20), 0, 15, (s, other) -> true, UploadPlanTest::isFirst);
        assertThat(replaced.next()).contains(new UploadPlan.ObjectOffsets(10, 20, 110, 0, -1));
        UploadPlan untouched = UploadPlan.ofCompacted(
                extent, hot(0, 10, 20, 30), remote(0, 10, 20), 0, 0, (s, other) -> true, UploadPlanTest::isFirst);
        assertThat(untouched.next()).isEmpty();
    }

    private static boolean isFirst(RemoteSegment stored) {
        return stored.baseOffset() == 0;
    }

    private static List<Long> compacted(
            List<Segment> hot, Extent extent, Optional<RemotePartition> remote, long replacedBelow) {
        return UploadPlan.ofCompacted(
                        extent, hot, remote, extent.start(), replacedBelow, (segment, stored) -> true, stored -> true)
                .next()
                .map(found -> List.of(found.baseOffset(), found.endOffset()))
                .orElse(List.of());
    }

    @Test
    void followsRecordsThatWereGivenUpWithAGapButNotTrimmedOnes() {
        Extent extent = new Extent(20, 40, 40);
        UploadPlan gaveUp = UploadPlan.of(extent, hot(20, 30, 40), remote(0, 10), 0);
        assertThat(gaveUp.next().map(UploadPlan.ObjectOffsets::baseOffset)).contains(20L);
        UploadPlan trimmed = UploadPlan.of(extent, hot(20, 30, 40), remote(0, 10), 20);
        assertThat(trimmed.next()).isEmpty();
    }

    @Test
    void countsTheBacklog() {
        UploadPlan plan = UploadPlan.of(new Extent(0, 30, 30), hot(0, 10, 20, 30), remote(0), 0);
        assertThat(plan.backlog()).isEqualTo(new Backlog(2, 2000, 100));
    }

    private static UploadPlan plan(
            List<Segment> hot, Extent extent, Optional<RemotePartition> remote, boolean compacted, boolean same) {
        return compacted
                ? UploadPlan.ofCompacted(
                        extent, hot, remote, extent.start(), 0, (segment, stored) -> same, stored -> true)
                : UploadPlan.of(extent, hot, remote, extent.start());
    }

    private static List<Long> next(
            List<Segment> hot, Extent extent, Optional<RemotePartition> remote, boolean compacted) {
        return plan(hot, extent, remote, compacted, false)
                .next()
                .map(range -> List.of(range.baseOffset(), range.endOffset()))
                .orElse(List.of());
    }

    /** Makes segments between borders, the last one active. */
    private static List<Segment> hot(long... borders) {
        List<Segment> segments = new ArrayList<>();
        for (int i = 1; i < borders.length; i++) {
            segments.add(
                    segment(borders[i - 1], borders[i], 100 * (borders[i] - borders[i - 1]), i < borders.length - 1));
        }
        return segments;
    }

    private static Segment segment(long base, long end, long bytes, boolean sealed) {
        return new Segment(base, end, bytes, 1, 100 + base, sealed, Segment.Tier.LOCAL);
    }

    private static Optional<RemotePartition> remote(long... borders) {
        List<RemoteSegment> segments = new ArrayList<>();
        for (int i = 1; i < borders.length; i++) {
            long base = borders[i - 1];
            long end = borders[i];
            UUID object = new UUID(base, end);
            SegmentIndex index = SegmentIndex.of(1, List.of(), List.of());
            segments.add(new RemoteSegment("k" + i, object, base, end, 100 * (end - base), 1, 1, 1, 1, index));
        }
        return borders.length == 1 && borders[0] == 0
                ? Optional.empty()
                : Optional.of(new RemotePartition(ID, borders[0], segments, false));
    }
}
