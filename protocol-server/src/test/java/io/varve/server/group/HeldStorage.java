// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.spi.ForwardingStorage;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** A storage that makes nothing durable while it is held. */
public final class HeldStorage extends ForwardingStorage {
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    public HeldStorage(Storage storage) {
        super(storage);
    }

    public void hold() {
        gate = new CompletableFuture<>();
    }

    public void release() {
        gate.complete(null);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        gate.join();
        return super.sync(dirty);
    }
}
