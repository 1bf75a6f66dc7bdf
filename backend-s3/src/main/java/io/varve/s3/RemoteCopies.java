// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * A source that ends below the copy's end is copied whole.
     *
     * @param partition a partition that the manifest does not know, unless its copy is undecided
     * @param copy what it begins with
     * @param local the source's extent; empty if it does not exist
     * @throws StorageException RETRY if the bucket does not answer: the copy may be undecided; MISUSE if
     *     records that belong to the copy are not in the bucket, or were deleted; FENCED
     */
    void create(S3Partition partition, RemoteCopy copy, Optional<Extent> local) {
        CompletableFuture<Void> earlier = undecided.get(partition);
        CompletableFuture<Void> commit = earlier == null ? begin(partition, copy, local) : earlier;
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

    private CompletableFuture<Void> begin(S3Partition partition, RemoteCopy copy, Optional<Extent> local) {
        PartitionId id = partition.id();
        Optional<RemotePartition> known = manifest.partition(copy.source());
        if (known.isEmpty() && local.isEmpty()) {
            throw misuse(id, copy, ": it does not exist");
        }
        // A trim of the source may not be in the manifest yet: what it took does not come back in the copy.
        long start = Math.max(
                known.map(RemotePartition::start).orElse(0L),
                local.map(Extent::start).orElse(0L));
        if (copy.endOffset() < start) {
            throw misuse(id, copy, " up to " + copy.endOffset() + ": records below " + start + " are deleted");
        }
        List<RemoteSegment> segments = known.map(RemotePartition::segments).orElse(List.of());
        long remoteEnd = segments.isEmpty() ? start : known.get().end();
        long end = segments.isEmpty()
                ? start
                : Math.max(start, border.before(segments, copy.endOffset(), copy.endTimestamp()));
        long localEnd = local.map(Extent::readableEnd).orElse(0L);
        if (end == remoteEnd && localEnd > end && copy.endOffset() > end) {
            throw misuse(
                    id,
                    copy,
                    " as of then: the bucket ends at offset " + end + ", and the records up to " + localEnd
                            + " are on this machine only. Try again when they are uploaded, or name an earlier point");
        }
        ManifestEdit begins = new ManifestEdit.MoveStart(id, start);
        return partition.change(
                known.isPresent()
                        ? List.of(new ManifestEdit.CopySegments(id, copy.source(), end), begins)
                        : List.of(begins));
    }

    private static StorageException misuse(PartitionId id, RemoteCopy copy, String why) {
        return new StorageException(StorageException.Kind.MISUSE, id + ": cannot be a copy of " + copy.source() + why);
    }
}
