// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.runtime.FailPoints;
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads and writes the two checkpoint files of a data directory: its partitions' recovery points and their
 * log start offsets. Thread-safe.
 */
public final class Checkpoints {
    /**
     * The content of both files, by the names of partitions' directories.
     *
     * @param unnamed the recovery point of a partition that has no entry
     */
    public record CheckpointContent(Map<String, Long> recoveryPoints, Map<String, Long> startOffsets, long unnamed) {
        /**
         * @return offset below which every batch of the partition is durable, or -1 when that is not known
         */
        public long recoveryPoint(String partition) {
            return recoveryPoints.getOrDefault(partition, unnamed);
        }

        /** @return the log start offset, 0 when there is no entry */
        public long startOffset(String partition) {
            return startOffsets.getOrDefault(partition, 0L);
        }
    }

    private final OffsetCheckpoint recoveryPoints;
    private final OffsetCheckpoint startOffsets;
    private final DirectorySpace space;
    /** Bytes appended to the directory since the start. */
    private final AtomicLong appended = new AtomicLong();
    /** That number when a write was last due. */
    private final AtomicLong lastDue = new AtomicLong();

    Checkpoints(Path directory, DirectorySpace space, FailPoints failPoints) {
        this.recoveryPoints = new OffsetCheckpoint(directory.resolve(FileNames.RECOVERY_POINTS), failPoints);
        this.startOffsets = new OffsetCheckpoint(directory.resolve(FileNames.START_OFFSETS), failPoints);
        this.space = space;
    }

    /**
     * Reads both files; a damaged one counts as absent.
     *
     * <p>A partition without a recovery point was created after the file was last written: its recovery point
     * is 0. But after a clean shutdown, or without the file, its recovery point is not known.
     *
     * @param clean true if the data directory was closed properly
     */
    public synchronized CheckpointContent read(boolean clean) throws IOException {
        Map<String, Long> points = recoveryPoints.read();
        return new CheckpointContent(points, startOffsets.read(), clean || !recoveryPoints.isKnown() ? -1 : 0);
    }

    /** Writes both files from the partitions' present state, where it has changed; durable on return. */
    synchronized void write(Collection<FilePartition> partitions) throws IOException {
        Map<String, Long> points = new TreeMap<>();
        for (FilePartition partition : partitions) {
            if (partition.durability().recoveryPoint() >= 0) {
                points.put(partition.id().toString(), partition.durability().recoveryPoint());
            }
        }
        // Log start offsets first: a start offset above the recovery point empties the partition. In the
        // other order a crash between the two would make the partition seem damaged.
        writeStarts(partitions);
        space.withReserve(() -> recoveryPoints.write(points));
    }

    /**
     * Writes the log start offsets only, where they have changed; durable on return. The recovery points may
     * stay behind: they only make the next start scan more.
     */
    synchronized void writeStarts(Collection<FilePartition> partitions) throws IOException {
        Map<String, Long> starts = new TreeMap<>();
        for (FilePartition partition : partitions) {
            if (partition.durability().startPoint() > 0) {
                starts.put(partition.id().toString(), partition.durability().startPoint());
            }
        }
        space.withReserve(() -> startOffsets.write(starts));
    }

    /** @return true if one of the files has an entry for the directory of one of the partitions */
    synchronized boolean nameAny(Collection<FilePartition> partitions) {
        if (recoveryPoints.isEmpty() && startOffsets.isEmpty()) {
            return false;
        }
        Set<String> names = new HashSet<>();
        partitions.forEach(partition -> names.add(partition.id().toString()));
        return recoveryPoints.namesAny(names) || startOffsets.namesAny(names);
    }

    /**
     * Counts appended bytes.
     *
     * @param every bytes after which a write is due
     * @return true once for each {@code every} bytes
     */
    boolean areDueAfter(int bytes, long every) {
        long now = appended.addAndGet(bytes);
        long last = lastDue.get();
        return now - last >= every && lastDue.compareAndSet(last, now);
    }

    /** @return bytes appended to the directory since the start */
    long appendedBytes() {
        return appended.get();
    }
}
