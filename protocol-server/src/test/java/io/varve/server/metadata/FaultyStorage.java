// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.function.BiPredicate;

/** Fails chosen operations of a storage, as a full disk does. */
final class FaultyStorage extends ForwardingStorage {
    /** The operations that can fail. */
    enum Operation {
        OPEN,
        DELETE,
        SYNC
    }

    private final BiPredicate<Operation, PartitionId> fails;
    private final boolean restoring;

    /** @param restoring whether it is restored from a remote tier, so it says */
    FaultyStorage(Storage storage, BiPredicate<Operation, PartitionId> fails, boolean restoring) {
        super(storage);
        this.fails = fails;
        this.restoring = restoring;
    }

    @Override
    public boolean restoring() {
        return restoring;
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        check(Operation.OPEN, id);
        return super.open(id, epoch, settings);
    }

    @Override
    public void delete(PartitionId id) {
        check(Operation.DELETE, id);
        super.delete(id);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        for (PartitionStore store : dirty) {
            check(Operation.SYNC, store.id());
        }
        return super.sync(dirty);
    }

    private void check(Operation operation, PartitionId id) {
        if (fails.test(operation, id)) {
            throw new StorageException(StorageException.Kind.FULL, operation + " of " + id + " fails in this test");
        }
    }
}
