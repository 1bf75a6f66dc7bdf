// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.runtime.Clock;
import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import io.varve.file.partition.DataDirectory;
import io.varve.file.partition.FilePartition;
import java.io.IOException;
import java.util.List;

/** Recovers the partitions of a data directory that was not closed properly, several at a time. */
public final class DirectoryRecovery {
    /**
     * Partitions that are recovered before they are forced: each recovered file takes a descriptor until
     * then.
     */
    private static final int RECOVERED_TOGETHER = 256;

    /** A helper thread recovers so many partitions: each may have megabytes to verify and to write again. */
    private static final int PARTITIONS_PER_HELPER = 2;

    private final DataDirectory directory;
    private final Clock clock;
    private final SyncThreads threads;
    private final ProgressLog progress;

    /**
     * @param directory a directory whose partitions were found, but not loaded
     * @param clock times the recovery
     * @param threads help the calling thread
     */
    public DirectoryRecovery(DataDirectory directory, Clock clock, SyncThreads threads, ProgressLog progress) {
        this.directory = directory;
        this.clock = clock;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Recovers every partition; durable on return.
     *
     * @return what was found
     */
    public DurabilityReceipt run() throws IOException {
        DurabilityReceipt receipt = new DurabilityReceipt(directory.path(), clock);
        List<FilePartition> all = List.copyOf(directory.partitions());
        for (int from = 0; from < all.size(); from += RECOVERED_TOGETHER) {
            List<FilePartition> some = all.subList(from, Math.min(all.size(), from + RECOVERED_TOGETHER));
            ParallelWork.each(some, threads, PARTITIONS_PER_HELPER, partition -> {
                receipt.add(PartitionLoader.load(partition, SegmentLimits.DEFAULT, false, progress));
                progress.at(() ->
                        directory.path() + ": " + receipt.partitions() + " of " + all.size() + " partitions recovered");
            });
            ParallelWork.each(some, threads, PARTITIONS_PER_HELPER, partition -> {
                partition.durability().sync();
                partition.closeIdleFiles();
            });
        }
        return receipt;
    }
}
