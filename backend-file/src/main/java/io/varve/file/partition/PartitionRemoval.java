// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Renames a partition's directory, and ends the partition for all its handles. The caller deletes the
 * directory later, or leaves it set aside.
 */
public final class PartitionRemoval {
    private final FilePartition partition;
    private final DataDirectory dataDirectory;

    /** @param partition a partition of an open data directory */
    public PartitionRemoval(FilePartition partition) {
        this.partition = partition;
        this.dataDirectory = partition.dataDirectory();
    }

    /**
     * Renames the directory, and ends the partition for all its handles; durable on return.
     *
     * @param gone the directory's new path
     * @throws StorageException FULL if renaming failed; the partition goes on if its directory has its old
     *     name
     */
    public void renameTo(Path gone) {
        synchronized (partition) {
            partition.fencing().end("was deleted"); // before its files have other names
            try {
                rename(gone);
            } catch (StorageException e) {
                if (Files.exists(partition.path())) {
                    partition.fencing().resume();
                }
                throw e;
            }
            dataDirectory.forget(partition.id());
            partition.retire();
        }
    }

    private void rename(Path gone) {
        Path directory = partition.path();
        CreationLog creations = dataDirectory.creations();
        try {
            if (partition.durability().isSettled()) {
                creations.remove(partition.id()); // what it holds must not come back without its records
            }
            moveAway(directory, gone);
            try {
                partition.hit(FileFailPoints.DELETE_BEFORE_FORCE);
                Disk.forceDirectory(dataDirectory.path());
                creations.remove(partition.id()); // not before: the partition may have to stay
            } catch (IOException | UncheckedIOException e) {
                Disk.rename(
                        gone, directory); // the rename may not be durable: undo it, so that the caller can try again
                throw e;
            }
        } catch (IOException e) {
            throw Disk.writeFailure("deleting a partition", directory, e);
        } catch (UncheckedIOException e) {
            throw Disk.writeFailure("deleting a partition", directory, e.getCause());
        }
    }

    private void moveAway(Path directory, Path gone) throws IOException {
        if (Files.notExists(directory)) {
            return; // an earlier try has renamed it, and could not undo that
        }
        try {
            partition.hit(FileFailPoints.DELETE_BEFORE_RENAME);
            Disk.rename(directory, gone);
        } catch (IOException e) {
            partition.closeIdleFiles(); // some platforms rename no directory with open files in it
            dataDirectory.space().releaseReserve();
            Disk.rename(directory, gone);
        }
    }
}
