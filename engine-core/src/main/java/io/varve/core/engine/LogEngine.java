// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.log.PartitionConfig;
import io.varve.core.log.PartitionLog;
import io.varve.core.spi.PartitionId;
import java.util.Optional;
import java.util.Set;

/**
 * The engine: one open storage and the partitions on it, committed together. Thread-safe.
 */
public interface LogEngine extends AutoCloseable {
    /** @return partitions the storage holds, opened or not; a copy */
    Set<PartitionId> stored();

    /**
     * Opens a partition, creating it when absent; the same log again when it is open already.
     *
     * @param id which partition
     * @param leaderEpoch stamped on appended batches, 0 or more; fences lower ones
     * @param config what its topic's configuration means
     * @return the log, recovered and ready
     * @throws io.varve.core.spi.StorageException as {@link io.varve.core.spi.Storage#open}
     */
    PartitionLog open(PartitionId id, int leaderEpoch, PartitionConfig config);

    /**
     * @param id which partition
     * @return its log when it is open
     */
    Optional<PartitionLog> partition(PartitionId id);

    /**
     * Deletes a partition and all it holds; idempotent. Its log fails with CLOSED from then on.
     *
     * @param id which partition
     */
    void delete(PartitionId id);

    /** Commits what is pending, snapshots producer state and closes the storage. Idempotent. */
    @Override
    void close();
}
