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

/**
 * Truncates a partition: first in the manifest, then in the hot partition, so that a crash in between leaves
 * the old content. A truncation below the hot partition is noted in the journal before, as the hot partition
 * must not outlive what lies below it. Waits for the bucket if a segment there is cut. Thread-safe.
 */
final class TierTruncation {
    private final BatchBorder border;
    private final LocalJournal journal;
    private final FailPoints failPoints;

    TierTruncation(BatchBorder border, LocalJournal journal, FailPoints failPoints) {
        this.border = border;
        this.journal = journal;
        this.failPoints = failPoints;
    }

    /**
     * Runs with the writer's lock.
     *
     * @param store a handle that may write
     * @param end lowest offset to drop
     * @throws StorageException RETRY if the bucket does not answer: nothing has changed; FENCED; CLOSED
     */
    void run(S3Store store, long end) {
        ContractChecks.requireTruncation(store.id(), end);
        Extent local = store.hot.extent();
        long start = store.extent().start();
        store.partition.uploads().truncating(() -> {
            if (start < local.start() && end < local.start()) {
                belowHot(store, start, end);
            } else {
                withinHot(store, local, end);
            }
        });
    }

    private void withinHot(S3Store store, Extent local, long end) {
        long keeps = store.partition.uploads().compacted()
                ? baseOfLastBatch(store.hot, local.start(), end)
                : Math.min(end, base(store.hot.segments(), end));
        boolean reachesSealed = keeps < store.hot.sealedEnd() || end < local.start();
        boolean belowStart = end < local.start() && store.partition.mayBeInBucket();
        if (belowStart) {
            journal.noteTruncation(store.id(), end); // or the start that it has would count at the next opening
        }
        if (reachesSealed && store.partition.mayBeInBucket()) {
            commit(store, keeps);
        }
        store.hot.truncateTo(end);
        store.partition.truncated(end);
        if (belowStart) {
            journal.endTruncation(store.id());
        }
    }

    /** @return base of the segment that contains the offset: what lies below needs no cut in the bucket */
    private static long base(List<Segment> segments, long offset) {
        long base = segments.get(0).baseOffset();
        for (Segment segment : segments) {
            if (segment.baseOffset() <= offset) {
                base = segment.baseOffset();
            }
        }
        return base;
    }

    /**
     * Finds the segment that will be the active one. Offsets behind its last batch are assigned again, also
     * where compaction left none up to the segment's end; so the bucket must keep nothing of it.
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

    private void belowHot(S3Store store, long start, long end) {
        long left = Math.min(start, end);
        if (end > start) {
            List<RemoteSegment> segments = store.partition.remote().endingAbove(start);
            left = Math.max(start, border.before(segments, end, Long.MAX_VALUE));
        }
        journal.noteTruncation(store.id(), left);
        failPoints.hit(S3FailPoints.TRUNCATE_AFTER_JOURNAL);
        commit(store, left);
        store.hot.truncateTo(left);
        store.partition.truncated(left);
        journal.endTruncation(store.id());
    }

    private void commit(S3Store store, long end) {
        Commits.await(store.partition.change(new ManifestEdit.TruncateSegments(store.id(), end)));
        failPoints.hit(S3FailPoints.TRUNCATE_AFTER_COMMIT);
    }
}
