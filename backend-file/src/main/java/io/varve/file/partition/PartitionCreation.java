// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentCreation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Creates the directories of new partitions, each with one empty segment. Nothing in them is forced: one
 * force of the list of creations makes all of them durable.
 */
final class PartitionCreation {
    private final DataDirectory dataDirectory;
    private final List<FilePartition> partitions;
    /** The directories that were made, or had nothing in them: the others are not touched after a failure. */
    private final Queue<Path> claimed = new ConcurrentLinkedQueue<>();
    /** What the metadata file has for each topic. */
    private final Map<UUID, byte[]> metadata = new ConcurrentHashMap<>();

    PartitionCreation(DataDirectory dataDirectory, List<FilePartition> partitions) {
        this.dataDirectory = dataDirectory;
        this.partitions = partitions;
    }

    /**
     * Creates the partitions, and loads them; durable on return.
     *
     * @param threads help the calling thread
     * @throws StorageException FULL if they cannot be written; MISUSE if the directory of one exists and has
     *     other files. None is created then
     */
    void run(SyncThreads threads) {
        try {
            forgetPredecessors();
        } catch (IOException e) {
            throw Disk.writeFailure("creating partitions", dataDirectory.path(), e);
        }
        try {
            ParallelWork.each(partitions, threads, this::fill);
            list();
        } catch (IOException e) {
            removeUnfinished(e);
            throw Disk.writeFailure("creating partitions", dataDirectory.path(), e);
        } catch (UncheckedIOException e) {
            removeUnfinished(e);
            throw Disk.writeFailure("creating partitions", dataDirectory.path(), e.getCause());
        } catch (StorageException e) {
            removeUnfinished(e);
            throw e;
        }
    }

    /**
     * Drops what checkpoints and the ring have of deleted partitions of the same names: it must not count for
     * the new ones.
     */
    private void forgetPredecessors() throws IOException {
        dataDirectory.ring().forget(partitions.stream().map(FilePartition::id).toList());
        if (dataDirectory.checkpoints().nameAny(partitions)) {
            dataDirectory.writeCheckpoints();
        }
    }

    /**
     * Makes a partition's directory. One that is there already, as a creation leaves it that a crash has cut
     * short, is used again.
     *
     * @throws StorageException MISUSE if it has bytes
     */
    private void claim(Path path) throws IOException {
        if (!path.toFile().mkdir()) {
            Files.createDirectories(path); // fails if it is no directory, and says why it cannot be made
            requireEmpty(path);
            Files.deleteIfExists(path.resolve(FileNames.name(0, FileNames.LOG)));
        }
        claimed.add(path);
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

    private void fill(FilePartition partition) throws IOException {
        Path path = partition.path();
        claim(path);
        FileSegment only = SegmentCreation.create(partition.directory(), 0, () -> {});
        partition.hit(FileFailPoints.CREATE_BEFORE_METADATA);
        Disk.writeUnforced(
                path.resolve(FileNames.METADATA),
                metadata.computeIfAbsent(partition.id().topicId(), PartitionMetadata::content));
        partition.loaded(new PartitionView(0, new FileSegment[] {only}, 0, 0), true);
    }

    private void list() throws IOException {
        dataDirectory.failPoints().hit(FileFailPoints.CREATE_BEFORE_FORCE);
        dataDirectory.namesChanged();
        List<CreationLog.ListedPartition> entries = dataDirectory
                .creations()
                .add(partitions.stream().map(FilePartition::id).toList());
        for (int i = 0; i < partitions.size(); i++) {
            partitions.get(i).durability().listed(entries.get(i));
        }
    }

    /** Deletes the claimed directories, so that the next try creates every file anew. */
    private void removeUnfinished(Exception why) {
        for (Path path : claimed) {
            try {
                Disk.removeTree(path);
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
    }
}
