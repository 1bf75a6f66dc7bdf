// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import java.util.List;
import java.util.OptionalLong;

/** Begins partitions with the remote records of others: names their objects, and copies none. Thread-safe. */
final class RemoteCopies {
    private final Manifest manifest;
    private final BatchBorder border;
    private final FailPoints failPoints;

    RemoteCopies(Manifest manifest, BatchBorder border, FailPoints failPoints) {
        this.manifest = manifest;
        this.border = border;
        this.failPoints = failPoints;
    }

    /**
     * Commits the copy's segments; they are in the manifest on return.
     *
     * @param id a partition that the manifest does not know
     * @param copy what it begins with
     * @param localEnd offset after the source's last record on this machine; empty if it has none there
     * @throws StorageException RETRY if the bucket does not answer; MISUSE if records that belong to the copy
     *     are not in the bucket, or were deleted; FENCED
     */
    void create(PartitionId id, RemoteCopy copy, OptionalLong localEnd) {
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
        Commits.await(manifest.commit(List.of(new ManifestEdit.CopySegments(id, source.id(), end))));
        failPoints.hit(S3FailPoints.COPY_AFTER_COMMIT);
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
