// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A storage that makes nothing durable while it is held. */
public final class HeldStorage implements Storage {
    private final Storage storage;
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    public HeldStorage(Storage storage) {
        this.storage = storage;
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
        return storage.sync(dirty);
    }

    @Override
    public Set<PartitionId> partitions() {
        return storage.partitions();
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        return storage.open(id, epoch, settings);
    }

    @Override
    public String setAside(PartitionId id) {
        return storage.setAside(id);
    }

    @Override
    public void delete(PartitionId id) {
        storage.delete(id);
    }

    @Override
    public void close() {
        storage.close();
    }
}
