// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Partitions as directories of segment files, in one or several data directories. Thread-safe. */
final class FileStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(FileStorage.class);

    private static final int SETTLES_PER_CHECKPOINT = 4;

    /** Why partitions cannot be used after the end. */
    private static final String CLOSED = "is in a storage that is closed";

    private final StorageContext context;
    private final FileConfig config;
    private final ProgressLog progress;
    private final OpenFiles openFiles;
    private final SyncThreads syncThreads;
    private final List<DataDirectory> directories = new ArrayList<>();
    /** Where each partition is, by its directory name; guarded by this. */
    private final Map<String, FilePartition> partitions = new HashMap<>();

    /** Partitions deleted so far: tells their left-overs apart. */
    private long deletions;

    private Scheduler.Task checkpoints = () -> {};
    private volatile boolean closed;

    private FileStorage(StorageContext context, FileConfig config) {
        this.context = context;
        this.config = config;
        this.progress = new ProgressLog(context.clock(), LOG::info);
        this.openFiles = new OpenFiles(idleFiles(config.openFiles(), Descriptors.limit()), context.clock());
        this.syncThreads = new SyncThreads(context.scheduler(), config.syncThreads() - 1);
    }

    private static int idleFiles(int wanted, long limit) {
        int most = Descriptors.idleFiles(wanted, limit);
        if (most < wanted) {
            LOG.info(
                    "{} is {}, but this process may have {} files open at a time (ulimit -n), and connections need some:"
                            + " keeping at most {} idle ones",
                    FileConfig.OPEN_FILES,
                    wanted,
                    limit,
                    most);
        }
        return most;
    }

    static FileStorage open(StorageContext context) {
        FileConfig config = FileConfig.of(context.properties());
        FileStorage storage = new FileStorage(context, config);
        try {
            storage.recover();
        } catch (RuntimeException | Error e) {
            storage.abandon();
            throw e;
        }
        storage.checkpoints = context.scheduler().scheduleEvery(config.checkpointIntervalMs(), storage::checkpoint);
        return storage;
    }

    private void recover() {
        for (Path path : context.directories()) {
            directories.add(DataDirectory.lock(path, config, context));
        }
        for (DataDirectory directory : directories) {
            try {
                directory.discover(this);
                register(directory);
                if (!directory.wasClean() && !directory.partitions.isEmpty()) {
                    DurabilityReceipt receipt =
                            new DirectoryRecovery(directory, context.clock(), syncThreads, progress).run();
                    checkpoint(directory); // without, the next start has as much to look at
                    receipt.logSummary();
                }
            } catch (IOException e) {
                throw Disk.readFailure("starting", directory.path, e);
            }
            directory.reserve.takeBack();
        }
    }

    private void register(DataDirectory directory) {
        for (FilePartition partition : directory.partitions.values()) {
            FilePartition other = partitions.put(partition.id.toString(), partition);
            if (other != null) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT,
                        "partition " + partition.id + " is in both " + other.directory() + " and "
                                + partition.directory()
                                + ": move the one that is not wanted out of the data directories");
            }
        }
    }

    OpenFiles openFiles() {
        return openFiles;
    }

    ProgressLog progress() {
        return progress;
    }

    /** Bytes appended to a partition after which its recovery point must not stay behind, whoever syncs or does not. */
    long settleBytes() {
        return Math.max(1, config.checkpointBytes() / SETTLES_PER_CHECKPOINT);
    }

    /** Syncs a partition in the background: with {@code log.durability=async} nobody else may for a long time. */
    void settle(FileStore store) {
        context.scheduler().schedule(0, () -> {
            try {
                store.sync();
            } catch (StorageException e) {
                LOG.debug("{} was not synced in the background", store.id(), e); // the next append or sync says why
            }
        });
    }

    /** Lets the checkpoints follow what is appended: it bounds what a start after a crash has to look at. */
    void appended(DataDirectory directory, int bytes) {
        if (directory.appended(bytes, config.checkpointBytes())) {
            context.scheduler().schedule(0, () -> checkpoint(directory));
        }
    }

    /** @return true if appends of the partition may use the room kept back */
    boolean mayUseReserve(PartitionId id) {
        return config.reserve().isFor(id);
    }

    boolean verifiesReads() {
        return config.readVerify();
    }

    @Override
    public synchronized Set<PartitionId> partitions() {
        Set<PartitionId> ids = new HashSet<>();
        partitions.values().forEach(partition -> ids.add(partition.id));
        return ids;
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, SegmentLimits limits) {
        FilePartition partition;
        synchronized (this) {
            requireOpen();
            partition = partitions.get(id.toString());
            if (partition == null) {
                partition = leastUsed().create(this, id);
                partitions.put(id.toString(), partition);
            } else if (!partition.id.equals(id)) {
                throw new StorageException(
                        StorageException.Kind.MISUSE,
                        id + " of topic id " + id.topicId() + ": one of topic id " + partition.id.topicId()
                                + " exists at " + partition.directory() + "; delete that first");
            }
        }
        synchronized (partition) {
            partition.fencing.requireOpenable(epoch);
            Receipt receipt = partition.load(limits, true);
            if (receipt != null && receipt.isDamaged()) {
                receipt.log();
            }
            return new FileStore(this, partition, partition.fencing.open(epoch), limits);
        }
    }

    private DataDirectory leastUsed() {
        return directories.stream()
                .min(Comparator.comparingInt(directory -> directory.partitions.size()))
                .orElseThrow();
    }

    @Override
    public void delete(PartitionId id) {
        Path left = takeAway(id, Layout.DELETED_DIRECTORY);
        if (left != null) {
            context.scheduler().schedule(0, () -> remove(left));
        }
    }

    @Override
    public String setAside(PartitionId id) {
        return String.valueOf(takeAway(id, Layout.STRAY_DIRECTORY));
    }

    /** @return the directory under the name it has now, or null if there is no such partition */
    private synchronized Path takeAway(PartitionId id, String suffix) {
        requireOpen();
        FilePartition partition = partitions.get(id.toString());
        if (partition == null || !partition.id.equals(id)) {
            return null;
        }
        UUID unique =
                new UUID(context.clock().nanos() + deletions++, id.topicId().getLeastSignificantBits());
        Path gone = partition.home.path.resolve(Layout.goneDirectory(id.topic(), id.partition(), unique, suffix));
        synchronized (partition) {
            partition.fencing.end("was deleted"); // nobody is to look for files that have another's name by now
            try {
                partition.home.takeAway(partition, gone);
            } catch (StorageException e) {
                if (Files.exists(partition.directory())) {
                    partition.fencing.resume();
                }
                throw e;
            }
            partition.retire();
        }
        partitions.remove(id.toString());
        return gone;
    }

    private static void remove(Path directory) {
        try {
            Disk.removeTree(directory);
        } catch (IOException e) {
            LOG.warn("{} could not be removed: {}; the next start tries again", directory, e.getMessage());
        }
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        requireOpen();
        List<FileStore> stores = new ArrayList<>(dirty.size());
        for (PartitionStore handle : dirty) {
            if (!(handle instanceof FileStore store) || store.storage != this) {
                throw new StorageException(
                        StorageException.Kind.MISUSE, "sync of " + handle.id() + ": a handle of another storage");
            }
            stores.add(store);
        }
        SyncFailures failures = new SyncRound(stores).run(syncThreads);
        return syncStarts(stores, failures);
    }

    /** Writes the start checkpoints of partitions that were trimmed; the recovery points ride along. */
    private SyncFailures syncStarts(List<FileStore> stores, SyncFailures failures) {
        Map<DataDirectory, Map<FileStore, Long>> trimmed = new HashMap<>();
        for (FileStore store : stores) {
            Unforced starts = store.partition.durability.starts();
            if (starts.any()) {
                trimmed.computeIfAbsent(store.partition.home, home -> new HashMap<>())
                        .put(store, starts.mark());
            }
        }
        Map<PartitionId, StorageException> all = new HashMap<>(failures.byPartition());
        trimmed.forEach((home, marks) -> {
            try {
                home.writeCheckpoints();
                marks.forEach(
                        (store, mark) -> store.partition.durability.starts().forced(mark));
            } catch (IOException e) {
                // Nothing is lost, and all is written anew the next time. With no room left, this waits for some.
                StorageException failure = new StorageException(
                        StorageException.Kind.RETRY,
                        "writing checkpoints failed at " + home.path + ": " + e.getMessage(),
                        e);
                marks.keySet().forEach(store -> all.putIfAbsent(store.id(), failure));
            }
        });
        return all.isEmpty() ? SyncFailures.NONE : new SyncFailures(all);
    }

    private void checkpoint() {
        directories.forEach(this::checkpoint);
    }

    private void checkpoint(DataDirectory directory) {
        try {
            if (!closed) {
                directory.writeCheckpoints();
                directory.reserve.takeBack();
            }
        } catch (IOException e) {
            LOG.warn("Checkpoints of {} could not be written: {}; trying again", directory.path, e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        checkpoints.cancel();
        try {
            for (DataDirectory directory : directories) {
                try {
                    finish(directory);
                } catch (IOException | StorageException e) {
                    LOG.warn(
                            "{} could not be closed properly: {}; the next start recovers it",
                            directory.path,
                            e.getMessage());
                }
            }
        } finally {
            abandon(); // whatever happened, the lock is not kept
        }
    }

    /** Syncs everything; only when all of it succeeds is the directory marked clean. */
    private void finish(DataDirectory directory) throws IOException {
        AtomicReference<StorageException> failure = new AtomicReference<>();
        Queue<FilePartition> sound = new ConcurrentLinkedQueue<>();
        SharedWork.each(directory.loaded(), syncThreads, partition -> {
            synchronized (partition) {
                try {
                    partition.durability.sync();
                    partition.seal();
                    partition.fencing.end(CLOSED); // nothing comes after what was synced
                    sound.add(partition);
                } catch (IOException e) {
                    failure.set(Disk.writeFailure("completing the indexes", partition.directory(), e));
                } catch (StorageException e) {
                    failure.set(e);
                }
            }
        });
        // After all are written, so that the file system can bundle them.
        SharedWork.each(List.copyOf(sound), syncThreads, FilePartition::forceIndexes);
        directory.writeCheckpoints();
        if (failure.get() != null) {
            throw failure.get();
        }
        directory.failPoints.hit(FileFailPoints.CLOSE_BEFORE_MARKER);
        directory.markClean();
    }

    /** @return the partitions whose files were looked at */
    List<FilePartition> loadedPartitions() {
        List<FilePartition> loaded = new ArrayList<>();
        directories.forEach(directory -> loaded.addAll(directory.loaded()));
        return loaded;
    }

    /** Lets go of everything without syncing anything, as a crash would. */
    synchronized void abandon() {
        closed = true;
        checkpoints.cancel();
        syncThreads.close();
        for (DataDirectory directory : directories) {
            for (FilePartition partition : directory.partitions.values()) {
                synchronized (partition) {
                    partition.fencing.end(CLOSED);
                    partition.retire();
                }
            }
            directory.lock.close();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the file storage is closed");
        }
    }
}
