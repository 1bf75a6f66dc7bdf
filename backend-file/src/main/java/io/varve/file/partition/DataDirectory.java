// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.OpenFiles;
import io.varve.file.disk.PartitionDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns a data directory: its lock, its partitions, its checkpoints and its clean-shutdown marker.
 * Thread-safe.
 */
public final class DataDirectory {
    /** The content that Kafka writes into the marker when it has no broker epoch. */
    private static final String MARKER = "{\"version\":0,\"brokerEpoch\":-1}";

    private final Path path;
    private final DirectoryLock lock;
    private final OpenFiles openFiles;
    private final boolean verifiesReads;
    private final Clock clock;
    private final FailPoints failPoints;
    private final DirectorySpace space;
    private final Checkpoints checkpoints;
    private final Map<PartitionId, FilePartition> partitions = new ConcurrentSkipListMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Runnable afterWrite;

    private DataDirectory(
            DirectoryLock lock,
            DiskReserveConfig reserve,
            boolean verifiesReads,
            OpenFiles openFiles,
            StorageContext context) {
        this.path = lock.directory();
        this.lock = lock;
        this.verifiesReads = verifiesReads;
        this.openFiles = openFiles;
        this.clock = context.clock();
        this.failPoints = context.failPoints();
        this.space = new DirectorySpace(path, reserve, clock, context.scheduler());
        this.checkpoints = new Checkpoints(path, space, failPoints);
        this.afterWrite = () -> failPoints.hit(FileFailPoints.APPEND_AFTER_WRITE);
    }

    /**
     * Locks a directory, creating it when absent.
     *
     * @param reserve how much space to reserve, and for which topics
     * @param verifiesReads whether every batch is verified before it is handed to a reader
     * @param openFiles bounds the idle file handles of all data directories
     * @param context the clock, the scheduler and the fail points
     * @throws StorageException MISUSE if it cannot be used; RETRY if another process has it
     */
    public static DataDirectory lock(
            Path path, DiskReserveConfig reserve, boolean verifiesReads, OpenFiles openFiles, StorageContext context) {
        return new DataDirectory(DirectoryLock.lock(path), reserve, verifiesReads, openFiles, context);
    }

    /** Releases the directory's lock. */
    public void unlock() {
        lock.close();
    }

    /** @return the data directory, as the configuration names it */
    public Path path() {
        return path;
    }

    /** @return makes space in the directory when the disk is full */
    public DirectorySpace space() {
        return space;
    }

    /** @return the directory's checkpoint files */
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    Clock clock() {
        return clock;
    }

    /**
     * @return true if each append must set its file's time: the file system notes the machine's time, which
     *     is not the clock's, and a start after a crash takes it for the time of the last append
     */
    boolean setsFileTimes() {
        return clock != Clock.system();
    }

    FailPoints failPoints() {
        return failPoints;
    }

    /** @return whether every batch is verified before it is handed to a reader */
    boolean verifiesReads() {
        return verifiesReads;
    }

    /** @return the action to run when the bytes of an append are in the page cache */
    Runnable afterWrite() {
        return afterWrite;
    }

    /** @return a number that no earlier call has returned; names files that are written aside */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    PartitionDirectory directoryOf(PartitionId id) {
        return new PartitionDirectory(path, id.toString(), space, openFiles);
    }

    /** @return a live view of the partitions, in their order */
    public Collection<FilePartition> partitions() {
        return partitions.values();
    }

    /** @return the partitions whose files were read, in their order */
    public List<FilePartition> loadedPartitions() {
        return partitions.values().stream().filter(FilePartition::isLoaded).toList();
    }

    /**
     * Adds a partition whose directory exists.
     *
     * @param recoveryPoint the checkpointed offset below which every batch is durable, or -1 when it is not
     *     known
     * @param startOffset the checkpointed log start offset
     */
    public void add(PartitionId id, long recoveryPoint, long startOffset) {
        partitions.put(id, new FilePartition(this, id, recoveryPoint, startOffset));
    }

    /**
     * Creates a partition; durable on return.
     *
     * @throws StorageException FULL if it cannot be written; MISUSE if its directory exists and has other
     *     files
     */
    public FilePartition create(PartitionId id) {
        FilePartition partition = new FilePartition(this, id, 0, 0);
        new PartitionCreation(partition).run();
        partitions.put(id, partition);
        return partition;
    }

    /** Removes a partition whose directory was renamed. */
    void forget(PartitionId id) {
        partitions.remove(id);
    }

    /**
     * Writes both checkpoint files from the partitions' present state, where it has changed; durable on
     * return.
     */
    public void writeCheckpoints() throws IOException {
        checkpoints.write(partitions.values());
    }

    /**
     * Deletes the marker of a clean shutdown; durable on return.
     *
     * @return true if there was one: the directory was closed properly
     */
    public boolean deleteCleanMarker() throws IOException {
        boolean clean = Files.deleteIfExists(path.resolve(FileNames.CLEAN_SHUTDOWN));
        if (clean) {
            Disk.forceDirectory(path);
        }
        return clean;
    }

    /**
     * Writes the marker of a clean shutdown: the next start does not recover the directory. Call only after
     * all partitions were forced.
     */
    void writeCleanMarker() throws IOException {
        Disk.write(
                path.resolve(FileNames.CLEAN_SHUTDOWN), ByteBuffer.wrap(MARKER.getBytes(StandardCharsets.UTF_8)), true);
        Disk.forceDirectory(path);
    }
}
