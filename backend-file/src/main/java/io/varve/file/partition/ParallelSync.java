// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import io.varve.file.disk.ParallelWork;
import io.varve.file.disk.SyncThreads;
import io.varve.file.disk.UnforcedChanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the partitions of one group commit durable. What the rings of their directories do not take is forced
 * (fsync), several partitions at a time. The calling thread forces one after another. Other threads help when
 * there are many: then the file system can bundle the forces of several files into one journal commit. The
 * number of partitions for each helper was measured: docs/decisions/0005.
 */
public final class ParallelSync {
    /** Partitions for each helper thread: waking a helper pays when it finds so many. */
    private static final int PARTITIONS_PER_HELPER = 2;

    private final List<FileStore> stores;
    private final Map<PartitionId, StorageException> failures = new ConcurrentHashMap<>();

    /** @param stores handles on the partitions to force */
    public ParallelSync(List<FileStore> stores) {
        this.stores = stores;
    }

    /**
     * Makes the partitions durable, and then writes the log start offsets of the trimmed ones to the
     * checkpoint.
     *
     * @param threads help the calling thread
     * @return the partitions that are not durable, and why; every other one is durable
     */
    public SyncFailures run(SyncThreads threads) {
        List<FileStore> left = notInRings();
        if (!left.isEmpty()) {
            ParallelWork.waiting(left, threads, PARTITIONS_PER_HELPER, this::force);
        }
        writeStarts();
        return failures.isEmpty() ? SyncFailures.NONE : new SyncFailures(Map.copyOf(failures));
    }

    /**
     * @param stores handles on the partitions to force
     * @return true if {@link #run} would write no more than a frame or two to a ring now
     */
    public static boolean isShort(List<FileStore> stores) {
        DataDirectory directory = onlyDirectory(stores);
        if (directory == null) {
            return false;
        }
        for (FileStore store : stores) {
            if (store.partition().durability().starts().any()) {
                return false;
            }
        }
        return directory.ring().takesAtOnce(stores);
    }

    /** @return the directory of all partitions; null if there are several, or none */
    private static DataDirectory onlyDirectory(List<FileStore> stores) {
        DataDirectory directory =
                stores.isEmpty() ? null : stores.get(0).partition().dataDirectory();
        for (FileStore store : stores) {
            if (store.partition().dataDirectory() != directory) {
                return null;
            }
        }
        return directory;
    }

    /** Makes small commits durable in the rings of their directories. */
    private List<FileStore> notInRings() {
        DataDirectory only = onlyDirectory(stores);
        if (only != null) {
            return only.ring().commit(stores);
        }
        Map<DataDirectory, List<FileStore>> byDirectory = new LinkedHashMap<>();
        for (FileStore store : stores) {
            byDirectory
                    .computeIfAbsent(store.partition().dataDirectory(), any -> new ArrayList<>())
                    .add(store);
        }
        List<FileStore> left = new ArrayList<>();
        byDirectory.forEach((directory, some) -> left.addAll(directory.ring().commit(some)));
        return left;
    }

    private void force(FileStore store) {
        try {
            store.sync();
        } catch (StorageException e) {
            failures.put(store.id(), e);
        } catch (RuntimeException | Error e) { // of this partition, such as a lack of memory: the others go on
            failures.put(
                    store.id(),
                    new StorageException(StorageException.Kind.FULL, store.id() + ": sync failed: " + e, e));
        }
    }

    /** Writes the log start offsets of directories whose partitions were trimmed. */
    private void writeStarts() {
        Map<DataDirectory, Map<FileStore, Long>> trimmed = new LinkedHashMap<>();
        for (FileStore store : stores) {
            UnforcedChanges starts = store.partition().durability().starts();
            if (starts.any()) {
                trimmed.computeIfAbsent(store.partition().dataDirectory(), dataDirectory -> new LinkedHashMap<>())
                        .put(store, starts.mark());
            }
        }
        trimmed.forEach((dataDirectory, marks) -> {
            try {
                dataDirectory.writeStarts();
                marks.forEach(
                        (store, mark) -> store.partition().durability().starts().forced(mark));
            } catch (IOException e) {
                // No offset is lost: the next sync writes all of them. When the disk is full, that succeeds
                // once it has space.
                StorageException failure = new StorageException(
                        StorageException.Kind.RETRY,
                        "writing checkpoints failed at " + dataDirectory.path() + ": " + e.getMessage(),
                        e);
                marks.keySet().forEach(store -> failures.putIfAbsent(store.id(), failure));
            }
        });
    }
}
