// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Opens, deletes and syncs the partitions of one backend. Thread-safe. */
public interface Storage extends AutoCloseable {
    /** @return the partitions that exist, opened or not, in any order; a copy */
    Set<PartitionId> partitions();

    /**
     * Names what was found when the storage was opened, and could not be identified, such as a partition's
     * directory whose file with the topic id is damaged. It is left alone.
     *
     * @return what is wrong, where, and what to do, by the name {@code topic-number} of the partition that it
     *     seems to be
     */
    default Map<String, String> unidentified() {
        return Map.of();
    }

    /**
     * Tells whether this machine lacked partitions, when the storage was opened, that a remote tier has: its
     * disk was lost, or it takes over from another machine. Partitions that were never copied are lost then,
     * and the last records of others.
     *
     * @return true for such a storage, until it is closed; false without a remote tier
     */
    default boolean restoring() {
        return false;
    }

    /**
     * Creates partitions that are about to be opened, all at once: cheaper than by an {@link #open} of each.
     * Those that exist stay as they are. A storage to which that makes no difference creates nothing here,
     * which is the default.
     *
     * <p>To be correct: on return, each partition that was created survives a crash; if this throws, or after
     * a crash in between, each exists, empty, or does not.
     *
     * @param ids partitions that the caller opens next
     * @throws StorageException MISUSE if a partition with the same topic name and number but another topic id
     *     exists; CLOSED after {@link #close}; FULL if one cannot be created
     */
    default void create(Collection<PartitionId> ids) {}

    /**
     * Opens a partition, creating it if absent, and fences every handle of a lower epoch.
     *
     * <p>To be correct: every later write through a handle of a lower epoch fails with FENCED; on return a
     * new partition survives a crash; opening does not change stored bytes; batches that an earlier handle
     * appended are readable through the new one, even if they were not readable before.
     *
     * <p>Where there is a remote tier, a partition whose local copy is lost is opened with what the tier
     * holds, and a new one with the records that {@link PartitionSettings#copyOf} names: all of them, or none
     * after a crash.
     *
     * @param id which partition
     * @param epoch the caller's epoch, not below that of an earlier open of this partition in this process
     * @param settings what the storage must know of the configuration
     * @return the partition, ready to read and append at its readable end
     * @throws StorageException FENCED if a higher epoch has opened the partition before; MISUSE if a handle
     *     with the same epoch is still open, or if a partition with the same topic name and number but
     *     another topic id exists, which must be deleted first; CLOSED after {@link #close}; FULL if the
     *     partition cannot be created; RETRY if the remote tier is needed and does not answer
     */
    PartitionStore open(PartitionId id, long epoch, PartitionSettings settings);

    /**
     * Deletes a partition with all its bytes and snapshots; idempotent. Open handles fail with CLOSED from
     * then on, but open slices stay readable. On return the partition stays deleted after a crash; its space
     * may be freed later.
     *
     * @param id which partition
     * @throws StorageException CLOSED after {@link #close}; FULL if the device refuses: the partition is as
     *     it was, and the same call may succeed later
     */
    void delete(PartitionId id);

    /**
     * Deletes partitions, all at once: where the storage gains by that, cheaper than by a {@link #delete} of
     * each, which is the default. To be correct, for each partition what {@link #delete} says.
     *
     * @param ids which partitions; those that do not exist count as deleted
     * @return the partitions that {@link #delete} would not have deleted, and why; empty when all are gone
     */
    default Map<PartitionId, StorageException> deleteAll(Collection<PartitionId> ids) {
        Map<PartitionId, StorageException> refused = new HashMap<>();
        for (PartitionId id : ids) {
            try {
                delete(id);
            } catch (StorageException e) {
                refused.put(id, e);
            }
        }
        return refused;
    }

    /**
     * Takes a partition out of use, but keeps its bytes for the operator: for a partition that no topic has,
     * or whose name another partition needs. The storage then behaves as after {@link #delete}, also at later
     * starts, except that the space is not freed.
     *
     * @param id an existing partition
     * @return its new place, to show to the operator: a path, or another description
     * @throws StorageException as {@link #delete}
     */
    String setAside(PartitionId id);

    /**
     * Makes all batches that were appended to these partitions before the call readable and durable (group
     * commit). On return each {@code durableEnd} is at least the end of the appended batches at the time of
     * the call. Appends and reads go on meanwhile.
     *
     * <p>To be correct: bytes whose sync failed are never reported as durable unless they were written again.
     * The failure of one partition does not affect the others. It is
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

    /**
     * Tells whether a {@link #sync} would now be one short write of a device. An event loop that has nothing
     * else to do then calls it itself. What it tells may change before the sync; then that takes longer.
     *
     * @param dirty partitions to sync, handles of this storage
     * @return false if the sync may take longer, or it is not known
     */
    default boolean isSyncShort(Collection<? extends PartitionStore> dirty) {
        return false;
    }

    /**
     * Tells whether an append is a call to the operating system, which costs much beside its bytes. Several
     * appends of a partition that one {@link #sync} is to cover are then stored by one, just before it and on
     * its thread; so an append never waits for a sync.
     *
     * @return false if an append is cheap, or may wait until a sync makes space; always the same
     */
    default boolean appendsAreCalls() {
        return false;
    }

    /** Syncs and closes everything; handles fail with CLOSED from then on. Idempotent. */
    @Override
    void close();
}
