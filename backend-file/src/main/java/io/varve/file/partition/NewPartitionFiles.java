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
import java.util.UUID;

/**
 * Makes the files of new partitions of one topic: a directory, an empty segment, and a metadata file. Nothing
 * is forced: the list of creations makes a partition survive a crash. Thread-safe, for different partitions.
 */
final class NewPartitionFiles {
    private final byte[] metadata;

    /** @param topicId the id of the topic */
    NewPartitionFiles(UUID topicId) {
        this.metadata = PartitionMetadata.content(topicId);
    }

    /**
     * Makes a partition's files.
     *
     * @throws StorageException FULL if they cannot be made; RETRY if there are no descriptors left; MISUSE if
     *     something is in their place. The next call makes them from the beginning
     */
    void make(FilePartition partition) {
        boolean reserved = partition.dataDirectory().space().isReservedFor(partition.id());
        try {
            partition.directory().withDescriptors(() -> {
                if (reserved) {
                    partition.directory().withReserve(() -> claimAndFill(partition));
                } else {
                    claimAndFill(partition);
                }
            });
        } catch (IOException e) {
            throw Disk.writeFailure("creating a partition", partition.path(), e);
        }
    }

    private void claimAndFill(FilePartition partition) throws IOException {
        claim(partition.path());
        partition.dataDirectory().namesChanged();
        fill(partition);
    }

    /**
     * Makes a partition's directory. One that is there already, as a creation leaves it that a crash or a
     * failure has cut short, is used again.
     *
     * @throws StorageException MISUSE if it has bytes
     * @throws IOException if it cannot be made
     */
    static void claim(Path path) throws IOException {
        if (!path.toFile().mkdir()) {
            Files.createDirectories(path); // fails if it is no directory, and says why it cannot be made
            requireEmpty(path);
            Files.deleteIfExists(path.resolve(FileNames.name(0, FileNames.LOG)));
        }
    }

    /**
     * Requires that the directory has only the empty files of an unfinished creation. A file with bytes is
     * never deleted.
     */
    private static void requireEmpty(Path path) throws IOException {
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

    /**
     * Fills a partition's directory, which is {@link #claim claimed}.
     *
     * @throws IOException if a file cannot be made
     */
    void fill(FilePartition partition) throws IOException {
        SegmentCreation.createFiles(partition.directory(), 0, () -> {});
        partition.hit(FileFailPoints.CREATE_BEFORE_METADATA);
        Disk.writeUnforced(partition.path().resolve(FileNames.METADATA), metadata);
    }

    /**
     * Writes a partition's metadata file again, durably: after a failed force in an earlier run a force alone
     * would succeed without writing. Once a checkpoint may name durable batches, no start makes a partition
     * anew that lacks the file: then it is never without it.
     *
     * @throws IOException if it cannot be written
     */
    static void writeMetadataAgain(FilePartition partition) throws IOException {
        if (partition.durability().recoveryPoint() > 0) {
            PartitionMetadata.replace(
                    partition.path(), partition.id(), () -> partition.hit(FileFailPoints.SETTLE_BEFORE_RENAME));
        } else {
            PartitionMetadata.writeForced(partition.path(), partition.id());
        }
    }
}
