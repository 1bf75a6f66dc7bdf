// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.DiskReserve;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.directory.FullDiskLog;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;

/**
 * Refuses appends for which there is no room, in the map's limit or on the disk under it, before they are taken: what is staged has to
 * be committed some time. Thread-safe.
 */
final class SpaceCheck {
    private static final int PAGE = 4096;
    /** What a commit writes anew of pages above the batches, and of its own books. */
    private static final long COPIED = 64L * PAGE;

    final DiskReserve reserve;
    private final DiskReserveConfig reserved;
    private final Path directory;
    private final Path data;
    private final long mapMax;
    private final StagingMemory staging;
    private final FullDiskLog fullDisk;
    private volatile long liveBytes;

    /** @param clock times what is said of refused writes */
    SpaceCheck(Path directory, LmdbConfig config, StagingMemory staging, Clock clock) {
        this.directory = directory;
        this.data = directory.resolve(OpenedEnvironment.DATA);
        this.mapMax = config.mapMaxBytes();
        this.staging = staging;
        this.reserved = config.reserve();
        this.reserve = new DiskReserve(directory, reserved.bytes());
        this.fullDisk = new FullDiskLog(directory, clock);
    }

    /** A commit went through; it leaves so many bytes in use. */
    void committed(long live) {
        liveBytes = live;
    }

    /** @return true if a partition's appends may use what is kept back */
    boolean isReservedFor(PartitionId id) {
        return reserved.isFor(id);
    }

    /**
     * @param bytes of a run to be staged
     * @throws StorageException FULL if there is no room for it, now
     */
    void require(PartitionId id, int bytes) {
        if (isReservedFor(id)) {
            requireWithReserve(id, needed(bytes)); // what else is staged does not go before it
        } else {
            requireWithoutReserve(id, needed(staging.reserved() + bytes));
        }
    }

    private void requireWithReserve(PartitionId id, long needed) {
        if (hasSpace(needed, 0) || reserve.release() && hasSpace(needed, 0)) {
            return;
        }
        throw refuse(id, "the disk has " + usable() + " bytes left");
    }

    private void requireWithoutReserve(PartitionId id, long needed) {
        if (liveBytes + needed > mapMax) {
            throw refuse(
                    id,
                    liveBytes + " of the " + mapMax + " bytes of " + LmdbConfig.MAP_MAX
                            + " are in use: let retention free some, or raise it");
        }
        // Every time: it costs some microseconds, and one who is refused knows at once, unlike one whose commit finds
        // no
        // room.
        long keptFree = reserve.restore() ? 0 : reserve.bytes();
        if (!hasSpace(needed, keptFree)) {
            throw refuse(
                    id,
                    "the disk has " + usable() + " bytes left"
                            + (keptFree > 0 ? ", and " + keptFree + " are kept for deletions and settings" : ""));
        }
        fullDisk.accepted();
    }

    /**
     * @param keptFree bytes to be left over: of the disk's first, then of the file's own that are free, as they are after a deletion
     * @return true if there are so many, counting those of the file half: they lie scattered, and some are free only after the next commit
     */
    private boolean hasSpace(long needed, long keptFree) {
        long usable = usable();
        long spare = Math.max(0, data.toFile().length() - liveBytes);
        return Math.max(0, usable - keptFree) + (spare - Math.max(0, keptFree - usable)) / 2 >= needed;
    }

    /** @return bytes of the file that so many bytes of batches may take: small ones half-filled pages, large ones whole pages of their own */
    static long needed(long bytes) {
        return bytes * 2 + COPIED;
    }

    /** @return bytes free on the disk */
    long usable() {
        return directory.toFile().getUsableSpace();
    }

    /** A commit found no room. */
    void refused(String why) {
        fullDisk.refused(why);
    }

    private StorageException refuse(PartitionId id, String why) {
        refused(why);
        return new StorageException(StorageException.Kind.FULL, "append to " + id + " in " + directory + ": " + why);
    }
}
