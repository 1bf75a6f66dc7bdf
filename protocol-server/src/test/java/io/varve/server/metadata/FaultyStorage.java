// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.Set;
import java.util.function.BiPredicate;

/** Fails chosen operations of a storage, as a full disk does. */
final class FaultyStorage implements Storage {
    /** The operations that can fail. */
    enum Operation {
        OPEN,
        DELETE,
        SYNC
    }

    private final Storage storage;
    private final BiPredicate<Operation, PartitionId> fails;
    private final boolean restoring;

    /** @param restoring whether it is restored from a remote tier, so it says */
    FaultyStorage(Storage storage, BiPredicate<Operation, PartitionId> fails, boolean restoring) {
        this.storage = storage;
        this.fails = fails;
        this.restoring = restoring;
    }

    @Override
    public boolean restoring() {
        return restoring;
    }

    @Override
    public Set<PartitionId> partitions() {
        return storage.partitions();
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        check(Operation.OPEN, id);
        return storage.open(id, epoch, settings);
    }

    @Override
    public String setAside(PartitionId id) {
        return storage.setAside(id);
    }

    @Override
    public void delete(PartitionId id) {
        check(Operation.DELETE, id);
        storage.delete(id);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        for (PartitionStore store : dirty) {
            check(Operation.SYNC, store.id());
        }
        return storage.sync(dirty);
    }

    @Override
    public void close() {
        storage.close();
    }

    private void check(Operation operation, PartitionId id) {
        if (fails.test(operation, id)) {
            throw new StorageException(StorageException.Kind.FULL, operation + " of " + id + " fails in this test");
        }
    }
}
