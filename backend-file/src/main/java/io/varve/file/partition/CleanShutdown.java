// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Closes a data directory so that the next start need not recover it: syncs everything, completes indexes,
 * writes the marker.
 */
public final class CleanShutdown {
    private final DataDirectory directory;
    private final SyncThreads threads;
    private final AtomicReference<StorageException> failure = new AtomicReference<>();
    private final Queue<FilePartition> sealed = new ConcurrentLinkedQueue<>();

    /** @param threads help to sync the partitions */
    public CleanShutdown(DataDirectory directory, SyncThreads threads) {
        this.directory = directory;
        this.threads = threads;
    }

    /**
     * Writes the marker only when all before it has succeeded.
     *
     * @param why for those who use a partition afterwards
     * @throws StorageException what kept a partition from being synced
     */
    public void run(String why) throws IOException {
        ParallelWork.each(directory.loadedPartitions(), threads, partition -> end(partition, why));
        // After all are written, so that the file system can bundle them.
        ParallelWork.each(List.copyOf(sealed), threads, FilePartition::forceIndexes);
        directory.writeCheckpoints();
        if (failure.get() != null) {
            throw failure.get();
        }
        directory.failPoints().hit(FileFailPoints.CLOSE_BEFORE_MARKER);
        directory.writeCleanMarker();
    }

    private void end(FilePartition partition, String why) {
        synchronized (partition) {
            try {
                partition.durability().sync();
                partition.seal();
                partition.fencing().end(why); // nothing comes after what was synced
                sealed.add(partition);
            } catch (IOException e) {
                failure.set(Disk.writeFailure("completing the indexes", partition.path(), e));
            } catch (StorageException e) {
                failure.set(e);
            }
        }
    }
}
