// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.ManifestEdit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Deletes partitions, and sets them aside: notes it in the journal, removes the hot partition, and has the
 * manifest forget it later, so that no one waits for the bucket. Thread-safe.
 */
final class TierRemoval {
    private final TierParts parts;
    private final PartitionCatalog catalog;
    private final FailPoints failPoints;
    private final ConcurrentHashMap<PartitionId, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();

    TierRemoval(TierParts parts, PartitionCatalog catalog) {
        this.parts = parts;
        this.catalog = catalog;
        this.failPoints = parts.context().failPoints();
    }

    void delete(PartitionId id) {
        if (!catalog.exists(id)) {
            parts.hot().delete(id);
            return;
        }
        remove(id, false);
    }

    String setAside(PartitionId id) {
        return remove(id, true);
    }

    private String remove(PartitionId id, boolean aside) {
        S3Partition partition = catalog.partition(id);
        synchronized (partition.lifecycle) {
            partition.remove(aside ? "was set aside" : "was deleted");
            boolean tracked = partition.mayBeInBucket(); // no upload is named from here on
            String place;
            try {
                place = removeHot(id, aside, tracked);
            } catch (RuntimeException e) {
                partition.resume();
                throw e;
            }
            catalog.removed(partition);
            if (tracked) {
                failPoints.hit(S3FailPoints.DELETE_BEFORE_COMMIT);
                forget(partition, aside);
            }
            return place;
        }
    }

    private String removeHot(PartitionId id, boolean aside, boolean tracked) {
        if (tracked) {
            parts.journal().noteRemoval(id, aside);
            failPoints.hit(S3FailPoints.DELETE_AFTER_JOURNAL);
        }
        try {
            if (!aside) {
                parts.hot().delete(id);
                return "";
            }
            return parts.hot().partitions().contains(id)
                    ? parts.hot().setAside(id)
                    : "the objects of " + id + " (topic id " + id.topicId() + ") in the bucket";
        } catch (StorageException e) {
            if (tracked) {
                parts.journal().forgetRemoval(id);
                parts.journal().settle();
            }
            throw e;
        }
    }

    private void forget(S3Partition partition, boolean aside) {
        PartitionId id = partition.id();
        CompletableFuture<Void> done = new CompletableFuture<>();
        pending.put(id, done);
        ManifestEdit edit = aside ? new ManifestEdit.SetAside(id) : new ManifestEdit.DeletePartition(id);
        partition.change(List.of(edit)).whenComplete((nothing, failure) -> {
            if (failure == null) {
                parts.journal().forgetRemoval(id);
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    /**
     * Waits until the manifest has forgotten a former partition of this id, and the journal its removal.
     * Outside of tests none is opened so soon.
     *
     * @throws StorageException RETRY if the bucket does not answer
     */
    void await(PartitionId id) {
        CompletableFuture<Void> done = pending.get(id);
        if (done != null) {
            parts.commits().await(done, id + ": the removal of a former partition of this id");
            parts.journal().settle();
            pending.remove(id, done);
        }
    }
}
