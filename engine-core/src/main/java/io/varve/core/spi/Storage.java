// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Collection;
import java.util.Set;

/** Opens, deletes and syncs the partitions of one backend in one place. Thread-safe. */
public interface Storage extends AutoCloseable {
    /** @return the partitions that exist, opened or not; a copy */
    Set<PartitionId> partitions();

    /**
     * Opens a partition, creating it when absent, and fences every holder of a lower epoch.
     *
     * <p>To be correct: a handle opened earlier with a lower epoch fails every later write with FENCED; a
     * created partition exists after a crash once this returns; opening does not change stored bytes; batches
     * that an earlier handle appended, and that were not readable yet, are readable through the new one.
     *
     * @param id which partition
     * @param epoch the caller's epoch; at least that of every earlier open of this partition in this process
     * @param limits where to end segments
     * @return the partition, ready to read and append at its readable end
     * @throws StorageException FENCED if a higher epoch has opened the partition before; MISUSE if a handle
     *     with the same epoch is still open, or a partition of the same topic name and number but another
     *     topic id exists: delete that first; CLOSED after {@link #close}; FULL if it cannot be created
     */
    PartitionStore open(PartitionId id, long epoch, SegmentLimits limits);

    /**
     * Deletes a partition with all its bytes and snapshots; idempotent. Open handles fail with CLOSED from
     * then on, but slices already handed out stay readable until closed. On return the partition stays
     * deleted after a crash; its space may be freed later.
     *
     * @param id which partition
     * @throws StorageException CLOSED after {@link #close}; FULL if the device refuses: the partition is as
     *     it was, and the same call may succeed later
     */
    void delete(PartitionId id);

    /**
     * Takes a partition out of use and keeps its bytes, in case they are wanted later: for a partition that
     * lies in the way of another, or that no topic has. From then on the storage behaves as after
     * {@link #delete}, also at later starts, except that the space is not freed.
     *
     * @param id which partition, one that exists
     * @return where it is now, for people: a path, or what else to look for
     * @throws StorageException as {@link #delete}
     */
    String setAside(PartitionId id);

    /**
     * Group commit: makes everything appended to these partitions before the call readable and durable, for
     * all of them at once: on return no {@code durableEnd} is below what had been appended at the time of
     * the call. Appends and reads go on meanwhile.
     *
     * <p>To be correct: a failed sync is never reported as durable later without the bytes being written
     * again. The others' outcome is not affected by one partition's failure, which is
     * <ul>
     *   <li>FULL when bytes may be lost, as after a failed fsync: the partition refuses appends from then on,
     *       saying why, and every later sync of it fails the same way; what was durable stays readable
     *   <li>RETRY when nothing was lost, for instance because no file could be opened or there was no space
     *       to note a trim: the partition goes on taking appends, and a later sync makes up for this one
     *   <li>FENCED or CLOSED for a handle that was fenced, closed or deleted: what lies at its offsets may be
     *       another's by now
     * </ul>
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
