// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Passes everything on, but lets a test hold syncs back and make them fail. */
public final class GatedStorage implements Storage {
    private final Storage inner;
    private final Semaphore permits = new Semaphore(0);
    private volatile StorageException failure;

    public GatedStorage(Storage inner) {
        this.inner = inner;
    }

    /** Lets this many syncs through. */
    public void allow(int syncs) {
        permits.release(syncs);
    }

    /** Makes every later sync fail for all its partitions. */
    public void failWith(StorageException reason) {
        failure = reason;
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        permits.acquireUninterruptibly();
        StorageException reason = failure;
        if (reason != null) {
            return new SyncFailures(dirty.stream()
                    .collect(java.util.stream.Collectors.toMap(PartitionStore::id, ignored -> reason, (a, b) -> a)));
        }
        return inner.sync(dirty);
    }

    @Override
    public Set<PartitionId> partitions() {
        return inner.partitions();
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, SegmentLimits limits) {
        return inner.open(id, epoch, limits);
    }

    @Override
    public void delete(PartitionId id) {
        inner.delete(id);
    }

    @Override
    public void close() {
        inner.close();
    }
}
