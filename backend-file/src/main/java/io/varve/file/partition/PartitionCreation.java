// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Creates partitions, each with one empty segment. Nothing in them is forced: one force of the list of
 * creations makes all of them durable. So only the first of many get their files here, which shows whether
 * files can be made at all; the others exist in the list until somebody makes their files.
 */
final class PartitionCreation {
    /** Max number of partitions whose files are made before the list is written. */
    private static final int FILES_AT_ONCE = 16;

    private final DataDirectory dataDirectory;
    private final List<FilePartition> partitions;
    /** The directories that were made, or had nothing in them: the others are not touched after a failure. */
    private final Queue<Path> claimed = new ConcurrentLinkedQueue<>();

    /** By the topics' ids. */
    private final Map<UUID, NewPartitionFiles> files = new ConcurrentHashMap<>();

    PartitionCreation(DataDirectory dataDirectory, List<FilePartition> partitions) {
        this.dataDirectory = dataDirectory;
        this.partitions = partitions;
    }

    /**
     * Creates the partitions, loaded; durable on return.
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
        List<FilePartition> first;
        try {
            first = first();
            ParallelWork.each(first, threads, this::makeFiles);
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
        Set<FilePartition> made = new HashSet<>(first);
        partitions.forEach(partition -> partition.created(made.contains(partition) ? null : filesOf(partition)));
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

    /** @return the first partitions, and those in whose place something is */
    private List<FilePartition> first() throws IOException {
        if (partitions.size() <= FILES_AT_ONCE) {
            return partitions;
        }
        Set<String> present = Set.copyOf(Disk.list(dataDirectory.path()));
        List<FilePartition> first = new ArrayList<>(partitions.subList(0, FILES_AT_ONCE));
        for (FilePartition partition : partitions.subList(FILES_AT_ONCE, partitions.size())) {
            if (present.contains(partition.id().toString())) {
                first.add(partition);
            }
        }
        return first;
    }

    private NewPartitionFiles filesOf(FilePartition partition) {
        return files.computeIfAbsent(partition.id().topicId(), NewPartitionFiles::new);
    }

    private void makeFiles(FilePartition partition) throws IOException {
        NewPartitionFiles.claim(partition.path());
        claimed.add(partition.path());
        filesOf(partition).fill(partition);
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
