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

/** Creates the directory of a new partition, with an empty segment in it. */
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
     * Creates it; durable on return.
     *
     * @throws StorageException FULL if it cannot be written; MISUSE if something else has its name
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

    /** What the checkpoints say of a deleted partition must not be taken for its successor's. */
    private void forgetPredecessor() throws IOException {
        if (dataDirectory.checkpoints().name(partition.id().toString())) {
            dataDirectory.writeCheckpoints();
        }
    }

    /**
     * What a creation that did not finish has left is taken over; anything with bytes in it is not deleted.
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
        // Forced last of the files: one journal commit then carries all of the names, and the next two forces
        // find nothing to do.
        PartitionMetadata.write(path, partition.id());
        Disk.forceDirectory(path);
        partition.hit(FileFailPoints.CREATE_BEFORE_FORCE);
        Disk.forceDirectory(dataDirectory.path());
    }

    /**
     * Everything is made anew by the next try: what a force that failed did not make durable must not count
     * as done.
     */
    private void removeUnfinished(Exception why) {
        try {
            Disk.removeTree(path);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }
}
