// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Renames partitions' directories, and ends the partitions for all their handles: one force of the data
 * directory makes all the renames durable. The caller deletes the directories later, or leaves them set
 * aside, and lets no one else create or remove partitions meanwhile.
 */
public final class PartitionRemoval {
    private final DataDirectory dataDirectory;
    private final Map<FilePartition, Path> places;
    private final Map<PartitionId, StorageException> failures = new HashMap<>();

    /**
     * @param dataDirectory an open data directory
     * @param places partitions of it, with the new path of each one's directory
     */
    public PartitionRemoval(DataDirectory dataDirectory, Map<FilePartition, Path> places) {
        this.dataDirectory = dataDirectory;
        this.places = places;
    }

    /**
     * Renames the directories, and ends the partitions for all their handles; durable on return.
     *
     * @return the partitions that were not removed, and why, FULL: each goes on if its directory has its old
     *     name
     */
    public Map<PartitionId, StorageException> run() {
        for (FilePartition partition : places.keySet()) {
            synchronized (partition) {
                partition.fencing().end("was deleted"); // before its files have other names
            }
        }
        rename();
        places.keySet().forEach(this::finish);
        return failures;
    }

    private void finish(FilePartition partition) {
        synchronized (partition) {
            if (!failures.containsKey(partition.id())) {
                dataDirectory.forget(partition.id());
                partition.retire();
            } else if (Files.exists(partition.path())) {
                partition.fencing().resume();
            }
        }
    }

    private void rename() {
        List<FilePartition> moved = new ArrayList<>();
        try {
            // What settled ones hold must not come back without its records.
            forgetCreations(places.keySet().stream()
                    .filter(partition -> partition.durability().isSettled())
                    .toList());
            for (FilePartition partition : places.keySet()) {
                if (tryMoveAway(partition)) {
                    moved.add(partition);
                }
            }
            if (!moved.isEmpty()) {
                dataDirectory.failPoints().hit(FileFailPoints.DELETE_BEFORE_FORCE);
                Disk.forceDirectory(dataDirectory.path());
                forgetCreations(moved); // not before: the partitions may have to stay
            }
        } catch (IOException e) {
            failAll(moved, e);
        } catch (UncheckedIOException e) {
            failAll(moved, e.getCause());
        }
    }

    private void forgetCreations(List<FilePartition> partitions) throws IOException {
        dataDirectory
                .creations()
                .remove(partitions.stream().map(FilePartition::id).toList());
    }

    /** The renames may not be durable: undoes them, so that the caller can try again. */
    private void failAll(List<FilePartition> moved, IOException why) {
        for (FilePartition partition : moved) {
            try {
                Disk.rename(places.get(partition), partition.path());
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
        places.keySet()
                .forEach(partition -> failures.computeIfAbsent(
                        partition.id(), id -> Disk.writeFailure("deleting a partition", partition.path(), why)));
    }

    private boolean tryMoveAway(FilePartition partition) {
        IOException failure;
        try {
            moveAway(partition, places.get(partition));
            return true;
        } catch (IOException e) {
            failure = e;
        } catch (UncheckedIOException e) {
            failure = e.getCause();
        }
        failures.put(partition.id(), Disk.writeFailure("deleting a partition", partition.path(), failure));
        return false;
    }

    private void moveAway(FilePartition partition, Path gone) throws IOException {
        Path directory = partition.path();
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
