// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One group commit over many partitions: the caller forces them one after another, and background threads that have nothing better to
 * do help, so that the file system can bundle the forces of several files into one journal commit.
 */
final class SyncRound {
    /** Helpers asked for at most, each for this many partitions. */
    private static final int HELPERS = 7;

    private static final int PARTITIONS_PER_HELPER = 4;

    private final List<FileStore> stores;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final Map<PartitionId, StorageException> failures = new ConcurrentHashMap<>();

    SyncRound(List<FileStore> stores) {
        this.stores = stores;
        this.left = new CountDownLatch(stores.size());
    }

    SyncFailures run(Scheduler scheduler) {
        int helpers = Math.min(HELPERS, stores.size() / PARTITIONS_PER_HELPER);
        for (int i = 0; i < helpers; i++) {
            scheduler.schedule(0, this::work); // one that comes late finds nothing to do
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
