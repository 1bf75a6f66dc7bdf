// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Collection;
import java.util.Set;

/** All partitions of one backend in one place. Thread-safe. */
public interface Storage extends AutoCloseable {
    /** @return the partitions that exist, opened or not; a copy */
    Set<PartitionId> partitions();

    /**
     * Opens a partition, creating it when absent, and fences every holder of a lower epoch.
     *
     * <p>To be correct: a handle opened earlier with a lower epoch fails every later write with FENCED; a created partition
     * exists after a crash once this returns; opening does not change stored bytes.
     *
     * @param id which partition
     * @param epoch the caller's epoch; at least that of every earlier open of this partition in this process
     * @param limits where to end segments
     * @return the partition, ready to read and append at its readable end
     * @throws StorageException FENCED if a higher epoch has opened the partition before; MISUSE if a handle with the same epoch
     *     is still open, or a partition of the same topic name and number but another topic id exists: delete that first;
     *     CLOSED after {@link #close}; FULL if it cannot be created
     */
    PartitionStore open(PartitionId id, long epoch, SegmentLimits limits);

    /**
     * Deletes a partition with all its bytes and snapshots; idempotent. Open handles fail with CLOSED from then on, but
     * slices already handed out stay readable until closed. On return the partition stays deleted after a crash; its space
     * may be freed later.
     *
     * @param id which partition
     * @throws StorageException CLOSED after {@link #close}
     */
    void delete(PartitionId id);

    /**
     * Group commit: makes everything appended to these partitions before the call durable, for all of them at once. On
     * return each one's {@code durableEnd} is at least its {@code readableEnd} at the time of the call. Appends and reads
     * go on meanwhile.
     *
     * <p>To be correct: a failed sync is never reported as durable later without the bytes being written again. A partition
     * whose sync failed refuses further appends, unless it failed with RETRY: then nothing is lost, {@code durableEnd} counts, and the
     * sync is to be repeated in a while. The others' outcome is not affected by a failure. A handle that was fenced, closed
     * or deleted counts as failed with FENCED or CLOSED: what lies at its offsets may be another's by now.
     *
     * @param dirty partitions to sync, handles of this storage
     * @return the partitions whose sync failed, with the reason; empty when all is well
     * @throws StorageException CLOSED after {@link #close}; MISUSE if a handle is another storage's
     */
    SyncFailures sync(Collection<? extends PartitionStore> dirty);

    /** Syncs and closes everything; handles fail with CLOSED from then on. Idempotent. */
    @Override
    void close();
}
