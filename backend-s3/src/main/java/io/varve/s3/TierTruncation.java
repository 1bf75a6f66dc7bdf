// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemoteSegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Truncates a partition: first in the manifest, then in the hot partition, so that a crash in between leaves
 * the old content. A truncation below the hot partition is noted in the journal before, as the hot partition
 * must not outlive what lies below it. Waits for the bucket if a segment there is cut, for a bounded time.
 * Thread-safe.
 */
final class TierTruncation {
    private static final long NONE = -1;

    private final BatchBorder border;
    private final LocalJournal journal;
    private final Commits commits;
    private final FailPoints failPoints;
    private final TruncationEnd ends;

    TierTruncation(BatchBorder border, TierParts parts) {
        this.border = border;
        this.journal = parts.journal();
        this.commits = parts.commits();
        this.failPoints = parts.context().failPoints();
        this.ends = new TruncationEnd(journal);
    }

    /**
     * Says what a truncation does.
     *
     * @param end lowest offset to drop on this machine
     * @param remoteEnd lowest offset to drop in the bucket; {@link #NONE} if nothing is dropped there
     * @param journaled whether the journal has it first
     */
    private record Plan(long end, long remoteEnd, boolean journaled) {}

    /**
     * Runs with the writer's lock.
     *
     * @param store a handle that may write
     * @param end lowest offset to drop
     * @throws StorageException RETRY if the bucket does not answer: nothing has changed, or the truncation is
     *     undecided, and takes place when the bucket has taken it; FENCED; CLOSED
     */
    void run(S3Store store, long end) {
        ContractChecks.requireTruncation(store.id(), end);
        S3Partition partition = store.partition;
        ends.requireDecided(partition, store.hot);
        partition.uploads().beginTruncation();
        try {
            run(store, plan(store, end));
        } finally {
            if (partition.undecided() == null) {
                partition.uploads().endTruncation();
            }
        }
    }

    private void run(S3Store store, Plan plan) {
        if (plan.journaled()) {
            journal.noteTruncation(store.id(), plan.end());
            failPoints.hit(S3FailPoints.TRUNCATE_AFTER_JOURNAL);
        }
        S3Partition partition = store.partition;
        UndecidedTruncation begun = new UndecidedTruncation(plan.end(), plan.journaled(), commit(partition, plan));
        boolean ended = false;
        try {
            commits.await(begun.commit(), store.id() + ": its truncation to " + plan.end());
            failPoints.hit(S3FailPoints.TRUNCATE_AFTER_COMMIT);
            ends.run(partition, store.hot, begun);
            ended = true;
        } finally {
            if (!ended) {
                partition.undecided(begun);
            }
        }
    }

    private static CompletableFuture<Void> commit(S3Partition partition, Plan plan) {
        return plan.remoteEnd() == NONE
                ? CompletableFuture.completedFuture(null)
                : partition.change(List.of(new ManifestEdit.TruncateSegments(partition.id(), plan.remoteEnd())));
    }

    private Plan plan(S3Store store, long end) {
        Extent local = store.hot.extent();
        long start = store.extent().start();
        return start < local.start() && end < local.start()
                ? belowHot(store, start, end)
                : withinHot(store, local, end);
    }

    /** A start that the journal has would count at the next opening, so the journal must have a lower one. */
    private Plan withinHot(S3Store store, Extent local, long end) {
        boolean mayBeInBucket = store.partition.mayBeInBucket();
        long keeps = baseOfLastBatch(store.hot, local.start(), end);
        boolean reachesSealed = keeps < store.hot.sealedEnd() || end < local.start();
        boolean counts = mayBeInBucket || journal.start(store.id()).isPresent();
        return new Plan(end, reachesSealed && mayBeInBucket ? keeps : NONE, end < local.start() && counts);
    }

    /**
     * Finds the segment that will be the active one. Offsets behind its last batch are assigned again, also
     * where a gap, or compaction, left none up to the segment's end; so the bucket must keep nothing of it.
     *
     * @return its base; the start or the end of the truncation, the lower one, if no batch remains
     */
    private static long baseOfLastBatch(PartitionStore hot, long start, long end) {
        List<Segment> segments = hot.segments();
        for (int i = segments.size() - 1; i >= 0; i--) {
            Segment segment = segments.get(i);
            long from = Math.max(segment.baseOffset(), start);
            long to = Math.min(segment.endOffset(), end);
            if (from < to && holdsBatch(hot, from, to)) {
                return segment.baseOffset();
            }
        }
        return Math.min(start, end);
    }

    private static boolean holdsBatch(PartitionStore hot, long from, long to) {
        try (BatchSlice slice = hot.read(from, to, 0)) {
            return slice.sizeInBytes() > 0;
        }
    }

    private Plan belowHot(S3Store store, long start, long end) {
        long left = Math.min(start, end);
        if (end > start) {
            List<RemoteSegment> segments = store.partition.remote().endingAbove(start);
            left = Math.max(start, border.before(segments, end, Long.MAX_VALUE));
        }
        return new Plan(left, left, true);
    }
}
