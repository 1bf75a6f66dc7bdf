// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;

/** Begins partitions with the remote records of others: names their objects, and copies none. Thread-safe. */
final class RemoteCopies {
    private final Manifest manifest;
    private final BatchBorder border;
    private final Commits commits;
    private final FailPoints failPoints;
    /** Copies that the bucket has not taken in time, and may take later. */
    private final Map<S3Partition, CompletableFuture<Void>> undecided =
            Collections.synchronizedMap(new WeakHashMap<>());

    RemoteCopies(BatchBorder border, TierParts parts) {
        this.manifest = parts.manifest();
        this.border = border;
        this.commits = parts.commits();
        this.failPoints = parts.context().failPoints();
    }

    /** Tells whether a copy was begun of which nobody knows whether the bucket has it. */
    boolean isUndecided(S3Partition partition) {
        return undecided.containsKey(partition);
    }

    /**
     * Commits the copy's segments, or waits for an earlier call's commit; they are in the manifest on return.
     *
     * @param partition a partition that the manifest does not know, unless its copy is undecided
     * @param copy what it begins with
     * @param localEnd offset after the source's last record on this machine; empty if it has none there
     * @throws StorageException RETRY if the bucket does not answer: the copy may be undecided; MISUSE if
     *     records that belong to the copy are not in the bucket, or were deleted; FENCED
     */
    void create(S3Partition partition, RemoteCopy copy, OptionalLong localEnd) {
        CompletableFuture<Void> earlier = undecided.get(partition);
        CompletableFuture<Void> commit = earlier == null ? begin(partition, copy, localEnd) : earlier;
        undecided.put(partition, commit);
        try {
            commits.await(commit, partition.id() + ": the copy of " + copy.source());
        } finally {
            if (commit.isDone()) {
                undecided.remove(partition);
            }
        }
        failPoints.hit(S3FailPoints.COPY_AFTER_COMMIT);
    }

    private CompletableFuture<Void> begin(S3Partition partition, RemoteCopy copy, OptionalLong localEnd) {
        PartitionId id = partition.id();
        RemotePartition source = manifest.partition(copy.source())
                .orElseThrow(() -> new StorageException(
                        StorageException.Kind.MISUSE,
                        id + ": cannot be a copy of " + copy.source() + ", of which the bucket has nothing"));
        requireKept(id, copy, source);
        RemoteView view = RemoteView.of(source);
        long end = Math.max(
                source.start(), border.before(view.endingAbove(source.start()), copy.endOffset(), copy.endTimestamp()));
        if (end == view.end() && localEnd.orElse(0) > end && copy.endOffset() > end) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    id + ": cannot be a copy of " + copy.source() + " as of then: the bucket ends at offset " + end
                            + ", and the records up to " + localEnd.getAsLong()
                            + " are on this machine only. Try again when they are uploaded, or name an earlier point");
        }
        return partition.change(new ManifestEdit.CopySegments(id, source.id(), end));
    }

    private static void requireKept(PartitionId id, RemoteCopy copy, RemotePartition source) {
        if (copy.endOffset() < source.start()) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    id + ": cannot be a copy of " + copy.source() + " up to " + copy.endOffset() + ": records below "
                            + source.start() + " are deleted");
        }
    }
}
