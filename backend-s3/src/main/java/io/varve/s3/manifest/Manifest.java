// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps the tier's state, and commits changes of it to the bucket. A successor that claims the storage fences
 * this owner: its next commit, and each one after, fails with FENCED. Thread-safe.
 */
public interface Manifest extends AutoCloseable {
    /**
     * Commits edits, together with those of other partitions that wait at the same time. The edits of one
     * caller take effect in the order of its calls. An outage of the bucket delays the commit; it is not
     * lost.
     *
     * @param edits at least one
     * @return completes when the entry is in the bucket and {@link #partition} shows it; fails with a
     *     {@link io.varve.core.spi.StorageException}: FENCED, or CLOSED after {@link #close}
     */
    CompletableFuture<Void> commit(List<ManifestEdit> edits);

    /**
     * @param id which partition
     * @return its state as last committed; empty if it has none
     */
    Optional<RemotePartition> partition(PartitionId id);

    /** @return every partition, those set aside too; a copy */
    Collection<RemotePartition> partitions();

    /** @return true once another owner has claimed the storage: nothing is committed any more */
    boolean isFenced();

    /**
     * @param object id of an object
     * @return true if a segment of any partition lies in it
     */
    boolean names(UUID object);

    /** @return objects that no segment has named since the last call: for deletion; a copy */
    Set<String> takeUnnamed();

    /** Waits for the commit in progress, and ends. Edits that wait are not committed. Idempotent. */
    @Override
    void close();
}
