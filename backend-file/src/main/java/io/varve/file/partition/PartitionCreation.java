// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.segment.SegmentCreation;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Creates the directory of a new partition, with one empty segment. */
final class PartitionCreation {
    private final FilePartition partition;
    private final DataDirectory dataDirectory;
    private final Path path;

    PartitionCreation(FilePartition partition) {
        this.partition = partition;
        this.dataDirectory = partition.dataDirectory();
        this.path = partition.path();
    }

    /**
     * Creates the partition; durable on return.
     *
     * @throws StorageException FULL if it cannot be written; MISUSE if its directory exists and has other
     *     files
     */
    void run() {
        try {
            forgetPredecessor();
            if (Files.exists(path)) {
                requireEmpty();
            }
        } catch (IOException e) {
            throw Disk.writeFailure("creating a partition", path, e);
        }
        try {
            fill();
        } catch (IOException e) {
            removeUnfinished(e);
            throw Disk.writeFailure("creating a partition", path, e);
        } catch (StorageException e) {
            removeUnfinished(e);
            throw e;
        }
    }

    /**
     * Drops the checkpoint entries of a deleted partition of the same name: they must not count for the new
     * one.
     */
    private void forgetPredecessor() throws IOException {
        if (dataDirectory.checkpoints().name(partition.id().toString())) {
            dataDirectory.writeCheckpoints();
        }
    }

    /**
     * Requires that the directory has only the empty files of an unfinished creation. A file with bytes is
     * never deleted.
     */
    private void requireEmpty() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().startsWith(FileNames.METADATA)
                        && (Files.isDirectory(entry) || Files.size(entry) > 0)) {
                    throw new StorageException(
                            StorageException.Kind.MISUSE,
                            path + " is in the way of a new partition and holds " + entry.getFileName()
                                    + ": move it out of the data directory");
                }
            }
        }
    }

    private void fill() throws IOException {
        Files.createDirectories(path);
        Files.deleteIfExists(partition.directory().file(0, FileNames.LOG));
        SegmentCreation.create(partition.directory(), 0, () -> {});
        partition.hit(FileFailPoints.CREATE_BEFORE_METADATA);
        // The metadata file is forced last: one journal commit then has all names, and the next two forces
        // have nothing to write.
        PartitionMetadata.write(path, partition.id());
        Disk.forceDirectory(path);
        partition.hit(FileFailPoints.CREATE_BEFORE_FORCE);
        Disk.forceDirectory(dataDirectory.path());
    }

    /**
     * Deletes the directory, so that the next try creates every file anew: after a failed force no earlier
     * step counts as durable.
     */
    private void removeUnfinished(Exception why) {
        try {
            Disk.removeTree(path);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
