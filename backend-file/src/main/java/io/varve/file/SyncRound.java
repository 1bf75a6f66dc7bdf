// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One group commit over many partitions: the caller forces them one after another, and other threads help when there are many, so
 * that the file system can bundle the forces of several files into one journal commit. How many was measured: docs/decisions/0005.
 */
final class SyncRound {
    /** A helper is worth its waking when it finds so many partitions to force. */
    private static final int PARTITIONS_PER_HELPER = 2;

    private final List<FileStore> stores;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final Map<PartitionId, StorageException> failures = new ConcurrentHashMap<>();

    SyncRound(List<FileStore> stores) {
        this.stores = stores;
        this.left = new CountDownLatch(stores.size());
    }

    SyncFailures run(SyncThreads threads) {
        int helpers = Math.min(threads.most(), stores.size() / PARTITIONS_PER_HELPER);
        for (int i = 0; i < helpers; i++) {
            threads.offer(this::work); // one that comes late finds nothing to do
        }
        work();
        awaitHelpers();
        return failures.isEmpty() ? SyncFailures.NONE : new SyncFailures(failures);
    }

    private void work() {
        for (int i = next.getAndIncrement(); i < stores.size(); i = next.getAndIncrement()) {
            FileStore store = stores.get(i);
            try {
                store.sync();
            } catch (StorageException e) {
                failures.put(store.id(), e);
            } catch (RuntimeException e) {
                failures.put(
                        store.id(), new StorageException(StorageException.Kind.FULL, store.id() + ": sync failed", e));
                throw e;
            } finally {
                left.countDown();
            }
        }
    }

    /** Every partition is with somebody who is running by now. */
    private void awaitHelpers() {
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
