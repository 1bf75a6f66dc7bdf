// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.RecentAppends;
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.OpenFiles;
import io.varve.file.disk.PartitionDirectory;
import io.varve.file.disk.SyncThreads;
import io.varve.file.disk.UnforcedChanges;
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
    private final CreationLog creations;
    private final CommitRing ring;
    /** Changes of the names of partitions' directories. */
    private final UnforcedChanges names = new UnforcedChanges();

    private final Object forcingNames = new Object();
    private final Map<PartitionId, FilePartition> partitions = new ConcurrentSkipListMap<>();
    private final Map<String, String> unidentified = new ConcurrentSkipListMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Runnable afterWrite;
    private final long recentSpan = RecentAppends.span();

    private DataDirectory(
            DirectoryLock lock,
            DiskReserveConfig reserve,
            boolean verifiesReads,
            OpenFiles openFiles,
            RingSettings ring,
            SyncThreads threads,
            StorageContext context) {
        this.path = lock.directory();
        this.lock = lock;
        this.verifiesReads = verifiesReads;
        this.openFiles = openFiles;
        this.clock = context.clock();
        this.failPoints = context.failPoints();
        this.space = new DirectorySpace(path, reserve, clock, context.scheduler());
        this.checkpoints = new Checkpoints(path, space, failPoints);
        this.creations = new CreationLog(path, space, failPoints);
        this.ring = new CommitRing(path, ring, threads, context);
        this.afterWrite = () -> failPoints.hit(FileFailPoints.APPEND_AFTER_WRITE);
    }

    /**
     * Locks a directory, creating it when absent.
     *
     * @param reserve how much space to reserve, and for which topics
     * @param verifiesReads whether every batch is verified before it is handed to a reader
     * @param openFiles bounds the idle file handles of all data directories
     * @param ring the size and use of the directory's ring
     * @param threads help to force the logs whose newest batches are in the ring only
     * @param context the clock, the scheduler, ids and the fail points
     * @throws StorageException MISUSE if it cannot be used; RETRY if another process has it
     */
    public static DataDirectory lock(
            Path path,
            DiskReserveConfig reserve,
            boolean verifiesReads,
            OpenFiles openFiles,
            RingSettings ring,
            SyncThreads threads,
            StorageContext context) {
        return new DataDirectory(DirectoryLock.lock(path), reserve, verifiesReads, openFiles, ring, threads, context);
    }

    /** Stops using the ring, and releases the directory's lock. */
    public void unlock() {
        ring.close();
        lock.close();
    }

    /**
     * Ends all partitions and releases the directory without a sync, as a crash does.
     *
     * @param why why later calls on a partition are refused
     */
    public void abandon(String why) {
        for (FilePartition partition : partitions()) {
            synchronized (partition) {
                partition.fencing().end(why);
                partition.retire();
            }
        }
        unlock();
    }

    /** Notes a directory that could not be identified, by its name. */
    public void unidentified(String name, String why) {
        unidentified.put(name, why);
    }

    /** @return directories that could not be identified, by their names: what is wrong with each */
    public Map<String, String> unidentified() {
        return Map.copyOf(unidentified);
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

    /** @return the list of new partitions */
    public CreationLog creations() {
        return creations;
    }

    /** @return makes small commits durable */
    public CommitRing ring() {
        return ring;
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

    /** @return the span of what counts as appended of late, in bytes */
    long recentSpan() {
        return recentSpan;
    }

    PartitionDirectory directoryOf(PartitionId id) {
        return new PartitionDirectory(path, id.toString(), space, openFiles);
    }

    /** @return a live view of the partitions, in their order */
    public Collection<FilePartition> partitions() {
        return partitions.values();
    }

    /** @return true unless the partition was removed for good */
    boolean has(FilePartition partition) {
        return partitions.get(partition.id()) == partition;
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
     * @return the partition
     */
    public FilePartition add(PartitionId id, long recoveryPoint, long startOffset) {
        FilePartition partition = new FilePartition(this, id, recoveryPoint, startOffset);
        partitions.put(id, partition);
        return partition;
    }

    /**
     * Creates partitions; durable on return.
     *
     * @param ids partitions that the directory does not have
     * @param threads help the calling thread
     * @return the partitions, loaded, in the same order
     * @throws StorageException FULL if they cannot be written; MISUSE if the directory of one exists and has
     *     other files. None is created then
     */
    public List<FilePartition> create(List<PartitionId> ids, SyncThreads threads) {
        List<FilePartition> created =
                ids.stream().map(id -> new FilePartition(this, id, 0, 0)).toList();
        new PartitionCreation(this, created).run(threads);
        created.forEach(partition -> partitions.put(partition.id(), partition));
        return created;
    }

    /** Notes that names of partitions' directories have changed, and are not durable. */
    public void namesChanged() {
        names.changed();
    }

    /** Makes the names of partitions' directories durable. Threads that call this together share a force. */
    void forceNames() throws IOException {
        synchronized (forcingNames) {
            if (names.any()) {
                long mark = names.mark();
                Disk.forceDirectory(path);
                names.forced(mark);
            }
        }
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

    /** Writes the checkpoint of log start offsets only, where it has changed; durable on return. */
    void writeStarts() throws IOException {
        checkpoints.writeStarts(partitions.values());
    }

    /** As {@link #writeCheckpoints}, and takes settled partitions off the list of new ones. */
    void writeAll() throws IOException {
        writeCheckpoints();
        creations.prune();
    }

    /**
     * Deletes the marker of a clean shutdown; durable on return. What the ring then has is older than the
     * logs, and goes first.
     *
     * @return true if there was one: the directory was closed properly
     */
    public boolean deleteCleanMarker() throws IOException {
        Path marker = path.resolve(FileNames.CLEAN_SHUTDOWN);
        boolean clean = Files.exists(marker);
        if (clean) {
            ring.reset();
            Files.delete(marker);
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
