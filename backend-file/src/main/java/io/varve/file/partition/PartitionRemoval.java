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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renames partitions' directories, and ends the partitions for all their handles: one force of the data
 * directory makes all the renames durable. The caller deletes the directories later, or leaves them set
 * aside, and lets no one else create or remove partitions meanwhile.
 */
public final class PartitionRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionRemoval.class);

    private final DataDirectory dataDirectory;
    private final Map<FilePartition, Path> places;
    private final boolean kept;
    private final Map<PartitionId, StorageException> failures = new HashMap<>();

    /**
     * @param dataDirectory an open data directory
     * @param places partitions of it, with the new path of each one's directory
     * @param kept whether their batches must survive there: what only the ring has is forced to the logs
     */
    public PartitionRemoval(DataDirectory dataDirectory, Map<FilePartition, Path> places, boolean kept) {
        this.dataDirectory = dataDirectory;
        this.places = places;
        this.kept = kept;
    }

    /**
     * Renames the directories, and ends the partitions for all their handles; durable on return.
     *
     * @return the partitions that were not removed, and why, FULL or RETRY: each goes on if its directory has
     *     its old name
     */
    public Map<PartitionId, StorageException> run() {
        for (FilePartition partition : places.keySet()) {
            partition.hit(FileFailPoints.DELETE_BEFORE_END);
            synchronized (partition) {
                partition.fencing().end("was deleted"); // before its files have other names
            }
        }
        if (kept) {
            places.keySet().forEach(this::force); // not before: a commit could bring more to the ring
        }
        rename();
        places.keySet().forEach(this::finish);
        return failures;
    }

    /** Forces a partition's logs, because no start looks in the ring for a partition that is gone. */
    private void force(FilePartition partition) {
        if (!partition.isLoaded()) {
            return; // nothing was appended since the start, which has forced its logs
        }
        try {
            synchronized (partition) { // no edit is under way
                partition.durability().sync();
            }
        } catch (StorageException e) {
            if (dataDirectory.ring().has(partition.id())) {
                failures.put(partition.id(), unforced(partition, e));
            } else {
                LOG.warn("{} is set aside, not all of it durable: {}", partition.id(), e.getMessage());
            }
        }
    }

    /** @return the failure for a partition that goes on: it is not CLOSED, although it has ended for now */
    private static StorageException unforced(FilePartition partition, StorageException failure) {
        if (failure.kind() != StorageException.Kind.CLOSED) {
            return failure;
        }
        StorageException refusal = partition.durability().refusal();
        return refusal != null
                ? refusal
                : new StorageException(
                        StorageException.Kind.RETRY, partition.id() + " could not be forced to be set aside", failure);
    }

    private List<FilePartition> toMove() {
        return places.keySet().stream()
                .filter(partition -> !failures.containsKey(partition.id()))
                .toList();
    }

    private void finish(FilePartition partition) {
        synchronized (partition) {
            if (!failures.containsKey(partition.id())) {
                dataDirectory.forget(partition.id());
                partition.retire();
            } else if (!partition.hasFiles() || Files.exists(partition.path())) {
                partition.fencing().resume();
            }
        }
    }

    private void rename() {
        List<FilePartition> moved = new ArrayList<>();
        try {
            // What settled ones hold must not come back without its records.
            forgetCreations(toMove().stream()
                    .filter(partition -> partition.durability().isSettled())
                    .toList());
            for (FilePartition partition : toMove()) {
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
            return; // it has no files yet, or an earlier try has renamed it, and could not undo that
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
