// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * Keeps in the data directories what must survive a crash before the manifest has it: which servers have run
 * on them, new log start offsets, truncations, and the removal of partitions. Thread-safe.
 *
 * <p>Methods that note something are durable on return, and throw a
 * {@link io.varve.core.spi.StorageException}: FULL if the device refuses. Methods that forget something
 * change the memory, and go to the disk with the next note, by {@link #settle} or at the {@link #close}.
 */
public interface LocalJournal extends AutoCloseable {
    /** @param incarnation of this server: noted before it claims the storage */
    void noteIncarnation(UUID incarnation);

    /**
     * @param incarnation of the storage's last owner
     * @return true if it ran on these data directories
     */
    boolean knows(UUID incarnation);

    /**
     * Notes log start offsets; a lower one than is noted changes nothing. One write for all of them.
     *
     * @param starts log start offset by partition
     */
    void noteStarts(Map<PartitionId, Long> starts);

    /**
     * @param id which partition
     * @return its log start offset, if one was noted and not forgotten
     */
    OptionalLong start(PartitionId id);

    /**
     * Forgets log start offsets that the manifest has; higher ones stay.
     *
     * @param id which partition
     * @param committed log start offset in the manifest
     */
    void forgetStart(PartitionId id, long committed);

    /**
     * Notes that a partition's truncation has begun, and lowers its noted log start offset to {@code end} if
     * it is above.
     *
     * @param id which partition
     * @param end lowest offset dropped
     */
    void noteTruncation(PartitionId id, long end);

    /**
     * @param id which partition
     * @return the end of a truncation that was noted and not forgotten
     */
    OptionalLong truncation(PartitionId id);

    /**
     * Forgets a truncation: durable on return, since records may follow that a repetition would drop.
     *
     * @param id a partition whose truncation is complete, or did not take place
     */
    void endTruncation(PartitionId id);

    /**
     * Notes that a partition is to be deleted or set aside. Forgets its log start offset and truncation.
     *
     * @param id which partition
     * @param aside true if its objects are kept
     */
    void noteRemoval(PartitionId id, boolean aside);

    /**
     * @param aside true for partitions that are set aside, false for those that are deleted
     * @return the partitions whose removal was noted and not forgotten; a copy
     */
    Set<PartitionId> removals(boolean aside);

    /**
     * Forgets a removal. {@link #settle} must follow before a partition of the same id is created, which a
     * repetition would remove.
     *
     * @param id a partition that the manifest does not know any more
     */
    void forgetRemoval(PartitionId id);

    /** Writes what was forgotten, if anything was: durable on return. */
    void settle();

    /** Writes what was forgotten. Idempotent. */
    @Override
    void close();
}
