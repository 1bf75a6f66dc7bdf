// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import io.varve.core.spi.support.ContractChecks;
import io.varve.file.disk.DescriptorLimit;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.OpenFiles;
import io.varve.file.disk.SyncThreads;
import io.varve.file.partition.Checkpointer;
import io.varve.file.partition.CleanShutdown;
import io.varve.file.partition.DataDirectory;
import io.varve.file.partition.FilePartition;
import io.varve.file.partition.FileStore;
import io.varve.file.partition.LateFiles;
import io.varve.file.partition.ParallelSync;
import io.varve.file.partition.PartitionRemoval;
import io.varve.file.start.DirectoryRecovery;
import io.varve.file.start.DurabilityReceipt;
import io.varve.file.start.PartitionDiscovery;
import io.varve.file.start.PartitionLoader;
import io.varve.file.start.PartitionReceipt;
import io.varve.file.start.ProgressLog;
import io.varve.file.start.RingReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, deletes and syncs partitions that are directories of segment files, in one or several data
 * directories. Thread-safe.
 */
final class FileStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(FileStorage.class);

    /** Why calls on partitions are refused after {@link #close}. */
    private static final String CLOSED = "is in a storage that is closed";

    private final StorageContext context;
    private final FileConfig config;
    private final ProgressLog progress;
    private final int idleFiles;
    private final OpenFiles openFiles;
    private final SyncThreads syncThreads;
    private final Checkpointer checkpointer;
    private final LateFiles lateFiles;
    private final List<DataDirectory> directories = new ArrayList<>();
    /** Held by the one thread that creates or removes partitions. This object may be locked within it. */
    private final Object changing = new Object();
    /** The partitions by the names of their directories; guarded by this. */
    private final Map<String, FilePartition> partitions = new HashMap<>();

    /** Number of removals so far: makes the names of removed directories unique. Guarded by changing. */
    private long removals;

    private volatile boolean closed;

    private FileStorage(StorageContext context, FileConfig config) {
        this.context = context;
        this.config = config;
        this.progress = new ProgressLog(context.clock(), LOG::info);
        this.idleFiles = config.idleFiles(DescriptorLimit.limit());
        this.openFiles = new OpenFiles(idleFiles, context.clock());
        this.syncThreads = new SyncThreads(context.scheduler(), config.syncThreads() - 1);
        this.lateFiles = new LateFiles(context.scheduler());
        this.checkpointer = new Checkpointer(context.scheduler(), config.checkpointBytes());
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
        storage.checkpointer.start(storage.directories, config.checkpointIntervalMs());
        return storage;
    }

    private void recover() {
        for (Path path : context.directories()) {
            directories.add(DataDirectory.lock(
                    path,
                    config.reserve(),
                    config.readVerify(),
                    openFiles,
                    config.ring(idleFiles),
                    syncThreads,
                    context));
        }
        for (DataDirectory directory : directories) {
            try {
                boolean clean = new PartitionDiscovery(directory).run();
                register(directory);
                if (!clean && !directory.partitions().isEmpty()) {
                    new RingReplay(directory).run();
                    DurabilityReceipt receipt =
                            new DirectoryRecovery(directory, context.clock(), syncThreads, progress).run();
                    checkpointer.write(directory); // otherwise the next start would scan as much again
                    receipt.logSummary();
                }
                directory.ring().reset();
            } catch (IOException e) {
                throw Disk.readFailure("starting", directory.path(), e);
            }
            directory.space().refillReserve();
        }
    }

    private void register(DataDirectory directory) {
        for (FilePartition partition : directory.partitions()) {
            FilePartition other = partitions.put(partition.id().toString(), partition);
            if (other != null) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT,
                        "partition " + partition.id() + " is in both " + other.path() + " and "
                                + partition.path()
                                + ": move the one that is not wanted out of the data directories");
            }
        }
    }

    @Override
    public Map<String, String> unidentified() {
        Map<String, String> all = new HashMap<>();
        directories.forEach(directory -> all.putAll(directory.unidentified()));
        return all;
    }

    @Override
    public synchronized Set<PartitionId> partitions() {
        Set<PartitionId> ids = new TreeSet<>();
        partitions.values().forEach(partition -> ids.add(partition.id()));
        return ids;
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        FilePartition partition = present(id);
        while (partition == null) {
            create(List.of(id));
            partition = present(id); // null again if it was deleted meanwhile
        }
        synchronized (partition) {
            partition.fencing().requireOpenable(epoch);
            PartitionReceipt receipt = PartitionLoader.load(partition, settings.segments(), true, progress);
            if (receipt != null && receipt.isDamaged()) {
                receipt.log();
            }
            return new FileStore(partition, partition.fencing().open(epoch), settings, checkpointer);
        }
    }

    /** @return the partition, or null if it is absent */
    private synchronized FilePartition present(PartitionId id) {
        requireOpen();
        FilePartition partition = partitions.get(id.toString());
        if (partition != null && !partition.id().equals(id)) { // before a path is made, for each of many
            ContractChecks.requireSameIncarnation(id, partition.id(), " at " + partition.path());
        }
        return partition;
    }

    /** Creates partitions in the directories with the fewest; others are opened and deleted meanwhile. */
    @Override
    public void create(Collection<PartitionId> ids) {
        synchronized (changing) {
            List<PartitionId> absent =
                    ids.stream().distinct().filter(id -> present(id) == null).toList();
            place(absent).forEach((directory, some) -> {
                List<FilePartition> created = directory.create(some, syncThreads);
                synchronized (this) {
                    created.forEach(partition -> partitions.put(partition.id().toString(), partition));
                }
                lateFiles.add(created);
            });
        }
    }

    private Map<DataDirectory, List<PartitionId>> place(List<PartitionId> ids) {
        Map<DataDirectory, Integer> used = new LinkedHashMap<>();
        directories.forEach(
                directory -> used.put(directory, directory.partitions().size()));
        Map<DataDirectory, List<PartitionId>> placed = new LinkedHashMap<>();
        for (PartitionId id : ids) {
            DataDirectory leastUsed = Collections.min(used.entrySet(), Map.Entry.comparingByValue())
                    .getKey();
            used.merge(leastUsed, 1, Integer::sum);
            placed.computeIfAbsent(leastUsed, directory -> new ArrayList<>()).add(id);
        }
        return placed;
    }

    @Override
    public void delete(PartitionId id) {
        requireDone(deleteAll(List.of(id)));
    }

    /** Deletes partitions by one force in each directory; others are opened meanwhile. */
    @Override
    public Map<PartitionId, StorageException> deleteAll(Collection<PartitionId> ids) {
        Map<PartitionId, Path> places = new HashMap<>();
        Map<PartitionId, StorageException> refused = renameAway(ids, FileNames.DELETED_DIRECTORY, places);
        places.values().forEach(gone -> context.scheduler().schedule(0, () -> remove(gone)));
        return refused;
    }

    @Override
    public String setAside(PartitionId id) {
        present(id); // requires that it is the same partition
        Map<PartitionId, Path> places = new HashMap<>();
        requireDone(renameAway(List.of(id), FileNames.STRAY_DIRECTORY, places));
        return String.valueOf(places.get(id));
    }

    private static void requireDone(Map<PartitionId, StorageException> refused) {
        for (StorageException failure : refused.values()) {
            throw failure;
        }
    }

    /**
     * @param places gets the new path of each partition's directory that was renamed
     * @return the partitions that are unchanged, and why
     */
    private Map<PartitionId, StorageException> renameAway(
            Collection<PartitionId> ids, String suffix, Map<PartitionId, Path> places) {
        synchronized (changing) {
            Map<DataDirectory, Map<FilePartition, Path>> wanted = new LinkedHashMap<>();
            try {
                for (FilePartition partition : existing(ids)) {
                    wanted.computeIfAbsent(partition.dataDirectory(), directory -> new LinkedHashMap<>())
                            .put(partition, placeOutOfUse(partition, suffix));
                }
            } catch (StorageException e) {
                return refusals(ids, e);
            }
            Map<PartitionId, StorageException> refused = new HashMap<>();
            wanted.forEach((directory, some) -> {
                refused.putAll(new PartitionRemoval(directory, some, suffix.equals(FileNames.STRAY_DIRECTORY)).run());
                some.forEach((partition, gone) -> places.put(partition.id(), gone));
            });
            places.keySet().removeAll(refused.keySet());
            synchronized (this) {
                places.keySet().forEach(id -> partitions.remove(id.toString()));
            }
            return refused;
        }
    }

    private static Map<PartitionId, StorageException> refusals(Collection<PartitionId> ids, StorageException why) {
        Map<PartitionId, StorageException> refused = new HashMap<>();
        ids.forEach(id -> refused.put(id, why));
        return refused;
    }

    private synchronized List<FilePartition> existing(Collection<PartitionId> ids) {
        requireOpen();
        List<FilePartition> existing = new ArrayList<>();
        for (PartitionId id : new LinkedHashSet<>(ids)) {
            FilePartition partition = partitions.get(id.toString());
            if (partition != null && partition.id().equals(id)) {
                existing.add(partition);
            }
        }
        return existing;
    }

    private Path placeOutOfUse(FilePartition partition, String suffix) {
        PartitionId id = partition.id();
        UUID unique =
                new UUID(context.clock().nanos() + removals++, id.topicId().getLeastSignificantBits());
        return partition
                .dataDirectory()
                .path()
                .resolve(FileNames.outOfUseDirectory(id.topic(), id.partition(), unique, suffix));
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
        return new ParallelSync(own(dirty)).run(syncThreads);
    }

    @Override
    public boolean isSyncShort(Collection<? extends PartitionStore> dirty) {
        requireOpen();
        return ParallelSync.isShort(own(dirty));
    }

    @Override
    public boolean appendsAreCalls() {
        return true;
    }

    private List<FileStore> own(Collection<? extends PartitionStore> handles) {
        List<FileStore> stores = new ArrayList<>(handles.size());
        for (PartitionStore handle : handles) {
            if (!(handle instanceof FileStore store)
                    || !directories.contains(store.partition().dataDirectory())) {
                throw ContractChecks.foreignHandle(handle);
            }
            stores.add(store);
        }
        return stores;
    }

    @Override
    public void close() {
        synchronized (changing) {
            closeOnce();
        }
    }

    private synchronized void closeOnce() {
        if (closed) {
            return;
        }
        closed = true;
        checkpointer.stop();
        lateFiles.close();
        try {
            for (DataDirectory directory : directories) {
                try {
                    new CleanShutdown(directory, syncThreads).run(CLOSED);
                } catch (IOException | StorageException e) {
                    LOG.warn(
                            "{} could not be closed properly: {}; the next start recovers it",
                            directory.path(),
                            e.getMessage());
                }
            }
        } finally {
            abandonAll(); // releases the lock, even after a failure
        }
    }

    /** @return the partitions whose files were read */
    List<FilePartition> loadedPartitions() {
        List<FilePartition> loaded = new ArrayList<>();
        directories.forEach(directory -> loaded.addAll(directory.loadedPartitions()));
        return loaded;
    }

    /** Ends all partitions and releases all directories without a sync, as a crash does. Idempotent. */
    void abandon() {
        synchronized (changing) {
            abandonAll();
        }
    }

    private synchronized void abandonAll() {
        closed = true;
        checkpointer.stop();
        lateFiles.close();
        syncThreads.close();
        directories.forEach(directory -> directory.abandon(CLOSED));
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the file storage is closed");
        }
    }
}
