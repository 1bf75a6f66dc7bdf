// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.directory.FullDiskLog;
import io.varve.core.directory.Reserve;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the directories data is kept in: its lock, its partitions, its checkpoints and its clean-shutdown marker. Thread-safe.
 */
final class DataDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
    /** What Kafka writes into the marker, with no epoch to tell. */
    private static final String MARKER = "{\"version\":0,\"brokerEpoch\":-1}";

    final Path path;
    final FailPoints failPoints;
    final Clock clock;
    final FullDiskLog refusals;
    final Reserve reserve;
    final DroppedFiles dropped;
    final Map<PartitionId, FilePartition> partitions = new ConcurrentHashMap<>();
    /** Replacements begun so far: tells apart what they write aside. */
    final AtomicLong replacements = new AtomicLong();
    /** The bytes of an append are in the page cache. */
    final Runnable written;

    final DirectoryLock lock;

    private final OffsetCheckpoint recoveryPoints;
    private final OffsetCheckpoint startOffsets;
    private final AtomicLong sinceCheckpoint = new AtomicLong();
    private boolean wasClean;

    private DataDirectory(DirectoryLock lock, FileConfig config, StorageContext context) {
        this.path = lock.directory();
        this.lock = lock;
        this.failPoints = context.failPoints();
        this.clock = context.clock();
        this.dropped = new DroppedFiles(clock, context.scheduler());
        this.written = () -> failPoints.hit(FileFailPoints.APPEND_AFTER_WRITE);
        this.refusals = new FullDiskLog(path, clock);
        this.reserve = new Reserve(path, config.reserve().bytes());
        this.recoveryPoints = new OffsetCheckpoint(path.resolve(Layout.RECOVERY_POINTS), failPoints);
        this.startOffsets = new OffsetCheckpoint(path.resolve(Layout.START_OFFSETS), failPoints);
    }

    /**
     * Takes a directory, creating it when absent.
     *
     * @param config how much room to keep back
     * @param context what the storage works with
     * @throws StorageException MISUSE if it cannot be used; RETRY if another has it
     */
    static DataDirectory lock(Path path, FileConfig config, StorageContext context) {
        return new DataDirectory(DirectoryLock.take(path), config, context);
    }

    /** A write that may need room. */
    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /** Runs a write that makes room or that a start needs; where it finds none, once more without dropped files, and with the reserve. */
    void withReserve(Write write) throws IOException {
        try {
            write.run();
        } catch (IOException e) {
            if (e instanceof ForceFailedException || !(dropped.deleteAll() | reserve.lend())) {
                throw e;
            }
            write.run();
        }
    }

    /**
     * Finds the partitions and removes what deleted ones left.
     *
     * @param storage owns the partitions
     */
    void discover(FileStorage storage) throws IOException {
        wasClean = Files.deleteIfExists(path.resolve(Layout.CLEAN_SHUTDOWN));
        if (wasClean) {
            Disk.forceDirectory(path);
        }
        Map<String, Long> recovery = recoveryPoints.read();
        Map<String, Long> starts = startOffsets.read();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, Files::isDirectory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.endsWith(Layout.DELETED_DIRECTORY)) {
                    Disk.removeTree(entry);
                    continue;
                }
                if (name.endsWith(Layout.STRAY_DIRECTORY)) {
                    LOG.info("{} was set aside by an earlier start: leaving it alone", entry);
                    continue;
                }
                PartitionId id = PartitionMetadata.read(entry).orElse(null);
                if (id == null) {
                    LOG.warn(
                            "{} is not a partition (no name-number with a partition.metadata in it): leaving it alone",
                            entry);
                    continue;
                }
                long start = starts.getOrDefault(name, 0L);
                partitions.put(id, new FilePartition(storage, this, id, recovery.getOrDefault(name, unnamed()), start));
            }
        }
        if (partitions.isEmpty()) {
            writeFirstCheckpoints();
        }
    }

    /** From now on a missing checkpoint means a lost one. */
    private void writeFirstCheckpoints() {
        try {
            writeCheckpoints();
        } catch (IOException e) {
            LOG.warn("Checkpoints of {} could not be written: {}; trying again", path, e.getMessage());
        }
    }

    /**
     * @return the recovery point of a partition that the checkpoint does not name: it was created after the last one was written; if a
     *     proper close has written that, or there is none, nothing is known of it (-1)
     */
    private long unnamed() {
        return wasClean || !recoveryPoints.isKnown() ? -1 : 0;
    }

    /** @return true if the last user closed the directory properly */
    boolean wasClean() {
        return wasClean;
    }

    /** Creates a partition's directory; durable on return. */
    FilePartition create(FileStorage storage, PartitionId id) {
        FilePartition partition = new FilePartition(storage, this, id, 0, 0);
        Path directory = partition.directory();
        try {
            forgetNamesake(id.toString());
            if (Files.exists(directory)) {
                requireNothingIn(directory);
            }
        } catch (IOException e) {
            throw Disk.writeFailure("creating a partition", directory, e);
        }
        try {
            fill(partition, directory);
        } catch (IOException e) {
            removeHalf(directory, e);
            throw Disk.writeFailure("creating a partition", directory, e);
        } catch (StorageException e) {
            removeHalf(directory, e);
            throw e;
        }
        partitions.put(id, partition);
        return partition;
    }

    private void fill(FilePartition partition, Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.deleteIfExists(directory.resolve(Layout.name(0, Layout.LOG)));
        FileSegment.create(partition, 0, () -> {});
        failPoints.hit(FileFailPoints.CREATE_BEFORE_METADATA);
        // Forced last of the files: one journal commit then carries all of the names, and the next two forces find
        // nothing to do.
        PartitionMetadata.write(directory, partition.id);
        Disk.forceDirectory(directory);
        failPoints.hit(FileFailPoints.CREATE_BEFORE_FORCE);
        Disk.forceDirectory(path);
    }

    /** Everything is made anew by the next try: what a force that failed did not make durable must not count as done. */
    private static void removeHalf(Path directory, Exception why) {
        try {
            Disk.removeTree(directory);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** What the checkpoints say of a deleted partition must not be taken for its successor's. */
    private synchronized void forgetNamesake(String name) throws IOException {
        if (recoveryPoints.names(name) || startOffsets.names(name)) {
            writeCheckpoints();
        }
    }

    /** @return true once whenever so many bytes were appended to this directory's partitions */
    boolean appended(int bytes, long every) {
        long now = sinceCheckpoint.addAndGet(bytes);
        return now >= every && sinceCheckpoint.compareAndSet(now, 0);
    }

    /** What a creation that did not finish left is taken over; anything with bytes in it is somebody's. */
    private static void requireNothingIn(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().startsWith(Layout.METADATA)
                        && (Files.isDirectory(entry) || Files.size(entry) > 0)) {
                    throw new StorageException(
                            StorageException.Kind.MISUSE,
                            directory + " is in the way of a new partition and holds " + entry.getFileName()
                                    + ": move it out of the data directory");
                }
            }
        }
    }

    /**
     * Takes a partition's name away, durably.
     *
     * @param gone the name its directory is to have
     * @throws StorageException FULL if it has its name still, or again
     */
    void takeAway(FilePartition partition, Path gone) {
        Path directory = partition.directory();
        try {
            renameAway(partition, directory, gone);
            try {
                failPoints.hit(FileFailPoints.DELETE_BEFORE_FORCE);
                Disk.forceDirectory(path);
            } catch (IOException | UncheckedIOException e) {
                Disk.rename(gone, directory); // it may not last, and can be tried again
                throw e;
            }
        } catch (IOException e) {
            throw Disk.writeFailure("deleting a partition", directory, e);
        } catch (UncheckedIOException e) {
            throw Disk.writeFailure("deleting a partition", directory, e.getCause());
        }
        partitions.remove(partition.id);
    }

    private void renameAway(FilePartition partition, Path directory, Path gone) throws IOException {
        if (Files.notExists(directory)) {
            return; // an earlier try has taken the name away and could not bring it back
        }
        try {
            failPoints.hit(FileFailPoints.DELETE_BEFORE_RENAME);
            Disk.rename(directory, gone);
        } catch (IOException e) {
            partition.closeIdleFiles(); // some platforms rename no directory with open files in it
            reserve.lend();
            Disk.rename(directory, gone);
        }
    }

    /** Writes both checkpoints as the partitions stand now, where they changed; durable on return. */
    synchronized void writeCheckpoints() throws IOException {
        Map<String, Long> recovery = new TreeMap<>();
        Map<String, Long> starts = new TreeMap<>();
        for (FilePartition partition : partitions.values()) {
            if (partition.durability.recoveryPoint() >= 0) {
                recovery.put(partition.id.toString(), partition.durability.recoveryPoint());
            }
            if (partition.durability.startPoint() > 0) {
                starts.put(partition.id.toString(), partition.durability.startPoint());
            }
        }
        // Starts first: a start that passes the recovery point empties the partition, the other way round it would seem
        // damaged.
        withReserve(() -> startOffsets.write(starts));
        withReserve(() -> recoveryPoints.write(recovery));
    }

    /** Says that nothing needs recovery. Only after everything was forced. */
    void markClean() throws IOException {
        Disk.write(path.resolve(Layout.CLEAN_SHUTDOWN), ByteBuffer.wrap(MARKER.getBytes(StandardCharsets.UTF_8)), true);
        Disk.forceDirectory(path);
    }

    List<FilePartition> loaded() {
        List<FilePartition> loaded = new ArrayList<>();
        for (FilePartition partition : partitions.values()) {
            if (partition.isLoaded()) {
                loaded.add(partition);
            }
        }
        return loaded;
    }
}
