// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import io.varve.core.spi.support.ContractChecks;
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
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Opens, deletes and syncs partitions that lie in LMDB environments, one environment for each data
 * directory. Thread-safe.
 */
final class LmdbStorage implements Storage {
    private static final String CLOSED = "is in a storage that is closed";

    private final StorageContext context;
    private final LmdbConfig config;
    private final List<LmdbDirectory> directories = new ArrayList<>();
    /** The partitions by {@code topic-number}, which is unique whatever the topic id. */
    private final Map<String, LmdbPartition> partitions = new ConcurrentSkipListMap<>();

    private volatile boolean closed;

    private LmdbStorage(StorageContext context, LmdbConfig config) {
        this.context = context;
        this.config = config;
    }

    static LmdbStorage open(StorageContext context) {
        LmdbStorage storage = new LmdbStorage(context, LmdbConfig.of(context.properties()));
        try {
            for (Path path : context.directories()) {
                storage.add(LmdbDirectory.open(path.toAbsolutePath().normalize(), storage.config, context));
            }
        } catch (RuntimeException e) {
            storage.abandon();
            throw e;
        }
        return storage;
    }

    private void add(LmdbDirectory directory) {
        directories.add(directory);
        for (LmdbPartition partition : directory.loadPartitions()) {
            LmdbPartition other = partitions.put(partition.id.toString(), partition);
            if (other != null) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT,
                        "partition " + partition.id + " is in both " + other.environment.directory + " and "
                                + partition.environment.directory + ": take one of the two out of log.dirs");
            }
        }
    }

    @Override
    public Set<PartitionId> partitions() {
        Set<PartitionId> ids = new TreeSet<>();
        partitions.values().forEach(partition -> ids.add(partition.id));
        return ids;
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        requireOpen();
        LmdbPartition partition = partitions.get(id.toString());
        while (partition == null) {
            create(List.of(id));
            partition = partitions.get(id.toString()); // null again if it was deleted meanwhile
        }
        ContractChecks.requireSameIncarnation(id, partition.id, "");
        LmdbStore handle;
        synchronized (partition) {
            partition.awaitEdits();
            partition.fencing.requireOpenable(epoch);
            partition.load();
            handle = new LmdbStore(
                    this, partition, directory(partition).commits(), partition.fencing.open(epoch), settings);
        }
        commitStaged(handle);
        return handle;
    }

    /**
     * Commits the batches that an earlier handle has left staged: the new handle's log goes on after the
     * batches that it can read.
     */
    private void commitStaged(LmdbStore handle) {
        LmdbPartition partition = handle.partition;
        if (partition.hasStaged()) {
            StorageException failure = directory(partition).commits().commit(Set.of(partition));
            if (failure != null && failure.kind() == StorageException.Kind.RETRY) {
                handle.close();
                throw failure;
            }
        }
    }

    /** Creates partitions in the directories with the fewest, by one commit in each. */
    @Override
    public synchronized void create(Collection<PartitionId> ids) {
        requireOpen();
        Map<LmdbDirectory, Integer> used = new LinkedHashMap<>();
        directories.forEach(directory -> used.put(directory, 0));
        partitions.values().forEach(partition -> used.merge(directory(partition), 1, Integer::sum));
        Map<LmdbDirectory, List<PartitionId>> placed = new LinkedHashMap<>();
        for (PartitionId id : new LinkedHashSet<>(ids)) {
            LmdbPartition present = partitions.get(id.toString());
            if (present != null) {
                ContractChecks.requireSameIncarnation(id, present.id, "");
                continue;
            }
            LmdbDirectory leastUsed = Collections.min(used.entrySet(), Map.Entry.comparingByValue())
                    .getKey();
            used.merge(leastUsed, 1, Integer::sum);
            placed.computeIfAbsent(leastUsed, directory -> new ArrayList<>()).add(id);
        }
        placed.forEach((directory, some) ->
                directory.create(some).forEach(created -> partitions.put(created.id.toString(), created)));
    }

    private LmdbDirectory directory(LmdbPartition partition) {
        for (LmdbDirectory directory : directories) {
            if (directory.environment() == partition.environment) {
                return directory;
            }
        }
        throw new IllegalStateException(partition.id + " is in none of the directories");
    }

    @Override
    public void delete(PartitionId id) {
        delete(List.of(id));
    }

    /** Deletes partitions by one commit in each directory. */
    @Override
    public Map<PartitionId, StorageException> deleteAll(Collection<PartitionId> ids) {
        try {
            delete(ids);
            return Map.of();
        } catch (StorageException e) {
            return Storage.super.deleteAll(ids); // one by one: which of them it is
        }
    }

    private void delete(Collection<PartitionId> ids) {
        requireOpen();
        Map<LmdbDirectory, List<LmdbPartition>> doomed = new LinkedHashMap<>();
        for (PartitionId id : new LinkedHashSet<>(ids)) {
            LmdbPartition partition = partitions.get(id.toString());
            if (partition != null && partition.id.equals(id)) {
                doomed.computeIfAbsent(directory(partition), directory -> new ArrayList<>())
                        .add(partition);
            }
        }
        doomed.forEach((directory, some) -> {
            directory.delete(some);
            some.forEach(partition -> partitions.remove(partition.id.toString(), partition));
        });
    }

    @Override
    public String setAside(PartitionId id) {
        requireOpen();
        LmdbPartition partition = partitions.get(id.toString());
        if (partition == null || !partition.id.equals(id)) {
            return "nowhere: there is no " + id;
        }
        String where = directory(partition).setAside(partition);
        partitions.remove(id.toString(), partition);
        return where;
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        requireOpen();
        Map<PartitionId, StorageException> failures = new HashMap<>();
        Map<LmdbDirectory, List<LmdbStore>> stores = new LinkedHashMap<>();
        for (PartitionStore handle : dirty) {
            if (!(handle instanceof LmdbStore store) || store.storage != this) {
                throw ContractChecks.foreignHandle(handle);
            }
            if (requireSyncable(store, failures)) {
                stores.computeIfAbsent(directory(store.partition), directory -> new ArrayList<>())
                        .add(store);
            }
        }
        stores.forEach((directory, some) -> {
            StorageException failure = directory
                    .commits()
                    .commit(some.stream().map(store -> store.partition).toList());
            for (LmdbStore store : some) {
                if (failure != null && store.partition.isDirty()) {
                    failures.put(store.id(), failure);
                } else {
                    requireSyncable(store, failures); // another writer may have replaced the bytes that were committed
                }
            }
        });
        return failures.isEmpty() ? SyncFailures.NONE : new SyncFailures(failures);
    }

    private static boolean requireSyncable(LmdbStore store, Map<PartitionId, StorageException> failures) {
        try {
            synchronized (store.partition) {
                store.token.requireWriter();
                store.partition.requireWritable();
            }
            return true;
        } catch (StorageException e) {
            failures.put(store.id(), e);
            return false;
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            directories.forEach(LmdbDirectory::commitAll);
            abandon();
        }
    }

    /** Ends all partitions and closes all directories without a commit, as a crash does. Idempotent. */
    synchronized void abandon() {
        closed = true;
        partitions.values().forEach(partition -> partition.retire(CLOSED));
        directories.forEach(LmdbDirectory::close);
    }

    List<LmdbDirectory> directories() {
        return directories;
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the lmdb storage is closed");
        }
    }
}
