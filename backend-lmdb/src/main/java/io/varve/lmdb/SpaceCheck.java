// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.directory.DiskReserve;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.directory.FullDiskLog;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Refuses appends for which there is no space, within the map's limit or on the disk. An append is refused
 * before it is staged, because every staged batch must be committed. Thread-safe.
 */
final class SpaceCheck {
    private static final int PAGE = 4096;
    /** Bytes that a commit writes besides the batches: branch pages, and LMDB's list of free pages. */
    private static final long OVERHEAD = 64L * PAGE;

    final DiskReserve reserve;
    private final DiskReserveConfig reserved;
    private final Path directory;
    private final Path data;
    private final LongSupplier freeBytes;
    private final SpaceGrant grant;
    private final long mapMax;
    private final StagingMemory staging;
    private final FullDiskLog fullDisk;
    private volatile long liveBytes;

    /** @param clock limits how often the disk is looked at and refused writes are logged */
    SpaceCheck(Path directory, LmdbConfig config, StagingMemory staging, Clock clock) {
        this(directory, config, staging, clock, directory.toFile()::getUsableSpace);
    }

    /** @param freeBytes tells how many bytes are free on the disk */
    SpaceCheck(Path directory, LmdbConfig config, StagingMemory staging, Clock clock, LongSupplier freeBytes) {
        this.directory = directory;
        this.freeBytes = freeBytes;
        this.grant = new SpaceGrant(clock);
        this.data = directory.resolve(OpenedEnvironment.DATA);
        this.mapMax = config.mapMaxBytes();
        this.staging = staging;
        this.reserved = config.reserve();
        this.reserve = new DiskReserve(directory, reserved.bytes());
        this.fullDisk = new FullDiskLog(directory, clock);
    }

    /** Sets the bytes that are in use after a commit. */
    void committed(long live) {
        liveBytes = live;
    }

    /** @return true if a partition's appends may use the reserve */
    boolean isReservedFor(PartitionId id) {
        return reserved.isFor(id);
    }

    /**
     * Requires that there is space for a run.
     *
     * @param bytes bytes of a run to be staged
     * @throws StorageException FULL if there is no space for it now
     */
    void require(PartitionId id, int bytes) {
        if (isReservedFor(id)) {
            requireWithReserve(id, needed(bytes)); // it may be committed before other staged changes
        } else {
            requireWithoutReserve(id, bytes);
        }
    }

    private void requireWithReserve(PartitionId id, long needed) {
        if (spare(needed, 0) >= 0 || reserve.release() && spare(needed, 0) >= 0) {
            return;
        }
        throw refuse(id, "the disk has " + usable() + " bytes left");
    }

    private void requireWithoutReserve(PartitionId id, int bytes) {
        long needed = needed(staging.reserved() + bytes);
        if (liveBytes + needed > mapMax) {
            throw refuse(
                    id,
                    liveBytes + " of the " + mapMax + " bytes of " + LmdbConfig.MAP_MAX
                            + " are in use: let retention free some, or raise it");
        }
        boolean isReserved = reserve.restore();
        if (!isReserved || !grant.take(needed(bytes))) {
            look(id, needed, isReserved);
        }
        fullDisk.accepted();
    }

    /** Looks at the disk, so that an append is refused at once, not by a later commit. */
    private void look(PartitionId id, long needed, boolean isReserved) {
        long keptFree = isReserved ? 0 : reserve.bytes();
        long spare = spare(needed, keptFree);
        if (spare < 0) {
            throw refuse(
                    id,
                    "the disk has " + usable() + " bytes left"
                            + (keptFree > 0 ? ", and " + keptFree + " are kept for deletions and settings" : ""));
        }
        grant.renew(spare);
    }

    /**
     * Tells how much space there is on the disk and in free pages of the file, besides what is needed. Free
     * pages count half: they are scattered, and some are free only after the next commit.
     *
     * @param keptFree bytes that must stay free: first on the disk, then in free pages
     * @return bytes; negative if there is less than needed
     */
    private long spare(long needed, long keptFree) {
        long usable = usable();
        long inFile = Math.max(0, data.toFile().length() - liveBytes);
        return Math.max(0, usable - keptFree) + (inFile - Math.max(0, keptFree - usable)) / 2 - needed;
    }

    /**
     * @return max bytes of the file that {@code bytes} bytes of batches take: pages may be half full, and a
     *     large batch has whole pages of its own
     */
    static long needed(long bytes) {
        return bytes * 2 + OVERHEAD;
    }

    /** @return bytes free on the disk */
    long usable() {
        return freeBytes.getAsLong();
    }

    /** Logs that an append or a commit found no space. */
    void refused(String why) {
        grant.end();
        fullDisk.refused(why);
    }

    private StorageException refuse(PartitionId id, String why) {
        refused(why);
        return new StorageException(StorageException.Kind.FULL, "append to " + id + " in " + directory + ": " + why);
    }
}
