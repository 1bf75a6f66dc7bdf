// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Passes all calls on to another storage, and lets a test block syncs or make them fail. */
public final class GatedStorage extends ForwardingStorage {
    private final Semaphore permits = new Semaphore(0);
    private final Semaphore synced = new Semaphore(0);
    private volatile StorageException failure;
    private volatile Error death;

    public GatedStorage(Storage inner) {
        super(inner);
    }

    /** Lets a number of further syncs pass. */
    public void allow(int syncs) {
        permits.release(syncs);
    }

    /** Waits until a number of further syncs have begun. */
    public void awaitSyncs(int syncs) throws InterruptedException {
        if (!synced.tryAcquire(syncs, 60, TimeUnit.SECONDS)) {
            throw new AssertionError("no " + syncs + " syncs within 60 s");
        }
    }

    /** Makes the next sync throw an error. */
    public void failOnce(Error how) {
        death = how;
    }

    /** Makes every later sync fail for all its partitions; null lets them pass again. */
    public void failWith(StorageException reason) {
        failure = reason;
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        permits.acquireUninterruptibly();
        synced.release();
        Error how = death;
        if (how != null) {
            death = null;
            throw how;
        }
        StorageException reason = failure;
        if (reason != null) {
            return new SyncFailures(dirty.stream()
                    .collect(java.util.stream.Collectors.toMap(PartitionStore::id, ignored -> reason, (a, b) -> a)));
        }
        return super.sync(dirty);
    }
}
