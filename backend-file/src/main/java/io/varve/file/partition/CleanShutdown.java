// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes a data directory so that the next start need not recover it: syncs its partitions, completes their
 * indexes, and writes the marker of a clean shutdown.
 */
public final class CleanShutdown {
    private final DataDirectory directory;
    private final SyncThreads threads;
    private final Map<FilePartition, StorageException> failures = new ConcurrentHashMap<>();

    /** @param threads help to sync the partitions */
    public CleanShutdown(DataDirectory directory, SyncThreads threads) {
        this.directory = directory;
        this.threads = threads;
    }

    /**
     * Ends every partition and closes the directory. Writes the marker only if every step has succeeded.
     *
     * @param why why later calls on a partition are refused
     * @throws StorageException the failure of one partition that could not be synced; no marker is written
     */
    public void run(String why) throws IOException {
        // A new partition without files stays in the list of creations: the next start makes its files.
        List<FilePartition> loaded = directory.loadedPartitions().stream()
                .filter(FilePartition::hasFiles)
                .toList();
        ParallelWork.each(loaded, threads, partition -> end(partition, why));
        List<FilePartition> sealed = loaded.stream()
                .filter(partition -> !failures.containsKey(partition))
                .toList();
        // Indexes are forced when all of them are written, so that the file system can bundle the forces.
        ParallelWork.each(sealed, threads, FilePartition::forceIndexes);
        directory.writeAll();
        if (!failures.isEmpty()) {
            throw loaded.stream()
                    .map(failures::get)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow();
        }
        directory.ring().closeEmpty();
        directory.failPoints().hit(FileFailPoints.CLOSE_BEFORE_MARKER);
        directory.writeCleanMarker();
    }

    private void end(FilePartition partition, String why) {
        synchronized (partition) {
            try {
                partition.durability().sync();
                partition.completeIndexes();
                partition.fencing().end(why); // nothing comes after what was synced
            } catch (IOException e) {
                failures.put(partition, Disk.writeFailure("completing the indexes", partition.path(), e));
            } catch (StorageException e) {
                failures.put(partition, e);
            }
        }
    }
}
