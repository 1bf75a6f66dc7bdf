// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.LocalJournal;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a hot partition and what the bucket has of it one again, when the partition is opened for the first
 * time in a process: after a crash, or the loss of its disk. Thread-safe for different partitions.
 */
final class PartitionOpening {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionOpening.class);

    private final LocalJournal journal;
    private final PartitionRestore restore;
    private final RestoreProgress progress;
    private final FailPoints failPoints;

    PartitionOpening(LocalJournal journal, PartitionRestore restore, RestoreProgress progress, FailPoints failPoints) {
        this.journal = journal;
        this.restore = restore;
        this.progress = progress;
        this.failPoints = failPoints;
    }

    /**
     * @param hot the hot partition, just opened
     * @param remote what the bucket has; nothing, if the manifest does not know the partition
     * @param compacted whether all batches are kept on this machine
     * @return the partition's start
     * @throws StorageException RETRY if the bucket is needed and does not answer; CORRUPT; FULL
     */
    long run(PartitionStore hot, RemoteView remote, boolean compacted) {
        PartitionId id = hot.id();
        completeTruncation(hot, remote);
        long start = Math.max(remote.start(), journal.start(id).orElse(0));
        if (start >= remote.end()) {
            hot.trimTo(start); // what is in the bucket is trimmed, or a crash left the trim to the journal
            return hot.extent().start();
        }
        if (hot.extent().readableEnd() < remote.end()) {
            restore(hot, remote, compacted);
        }
        hot.trimTo(Math.min(start, remote.end()));
        Extent local = hot.extent();
        // A hot partition that begins above the bucket's end gave up what lies between: a trim is noted
        // before.
        if (hot.sealedEnd() < remote.end() && local.readableEnd() == remote.end()) {
            hot.seal(); // the crash took the end of the segment, which the bucket has
        }
        long inBucket = Math.max(start, remote.segments().get(0).baseOffset());
        return Math.min(inBucket, local.start());
    }

    private void completeTruncation(PartitionStore hot, RemoteView remote) {
        OptionalLong truncation = journal.truncation(hot.id());
        if (truncation.isEmpty()) {
            return;
        }
        long end = truncation.getAsLong();
        if (remote.end() <= end && hot.extent().start() > end) {
            LOG.info("{}: completes a truncation to {}", hot.id(), end);
            hot.truncateTo(end);
        }
        journal.endTruncation(hot.id());
    }

    private void restore(PartitionStore hot, RemoteView remote, boolean compacted) {
        failPoints.hit(S3FailPoints.RESTORE_AFTER_CREATE);
        Extent local = hot.extent();
        if (local.readableEnd() > local.start()) {
            LOG.warn(
                    "{}: ends at {} on this machine, and at {} in the bucket, which has more: continues there",
                    hot.id(),
                    local.readableEnd(),
                    remote.end());
        }
        restore.run(hot, remote, compacted);
        failPoints.hit(S3FailPoints.RESTORE_BEFORE_SYNC);
        restore.sync(hot);
        progress.restored();
    }
}
