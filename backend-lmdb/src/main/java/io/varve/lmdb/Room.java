// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses appends for which there is no room, in the map's limit or on the disk under it, before they are taken: what is staged has to
 * be committed some time. Says once when it begins to refuse and once when that is over. Thread-safe.
 */
final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);
    private static final int PAGE = 4096;
    /** What a commit writes anew of pages above the batches, and of its own books. */
    private static final long COPIED = 64L * PAGE;

    private final Path directory;
    private final long mapMax;
    private final Staging staging;
    private volatile long liveBytes;
    private volatile long spareBytes;
    private volatile boolean refusing;

    Room(Path directory, long mapMax, Staging staging) {
        this.directory = directory;
        this.mapMax = mapMax;
        this.staging = staging;
    }

    /** A commit went through; it leaves so many bytes in use, and so many in the file that are free. */
    void committed(long live, long spare) {
        liveBytes = live;
        spareBytes = spare;
    }

    /**
     * @param bytes of a run to be staged
     * @throws StorageException FULL if there is no room for it, now
     */
    void require(PartitionId id, int bytes) {
        long needed = needed(staging.held() + bytes);
        if (liveBytes + needed > mapMax) {
            throw refuse(
                    id,
                    liveBytes + " of the " + mapMax + " bytes of " + LmdbConfig.MAP_MAX
                            + " are in use: let retention free some, or raise it");
        }
        // Every time: it costs less than a microsecond, and one who is refused knows at once, unlike one whose commit
        // finds no room.
        long usable = directory.toFile().getUsableSpace();
        if (usable + spareBytes / 2 < needed) {
            throw refuse(id, "the disk has " + usable + " bytes left");
        }
        if (refusing) {
            takenAgain();
        }
    }

    /** @return bytes of the file that so many bytes of batches may take: small ones half-filled pages, large ones whole pages of their own */
    static long needed(long bytes) {
        return bytes * 2 + COPIED;
    }

    /** A commit found no room. */
    synchronized void refused(String why) {
        if (!refusing) {
            refusing = true;
            LOG.error("{} takes no more bytes: {}; reads go on, writes do when there is room again", directory, why);
        }
    }

    private StorageException refuse(PartitionId id, String why) {
        refused(why);
        return new StorageException(StorageException.Kind.FULL, "append to " + id + " in " + directory + ": " + why);
    }

    private synchronized void takenAgain() {
        if (refusing) {
            refusing = false;
            LOG.info("{} takes bytes again", directory);
        }
    }
}
