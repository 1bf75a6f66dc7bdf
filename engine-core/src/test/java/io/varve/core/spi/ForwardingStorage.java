// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** Passes all calls on to another storage; a test's storage overrides those it is about. */
public class ForwardingStorage implements Storage {
    private final Storage storage;

    /** @param storage gets the calls */
    public ForwardingStorage(Storage storage) {
        this.storage = storage;
    }

    @Override
    public Set<PartitionId> partitions() {
        return storage.partitions();
    }

    @Override
    public Map<String, String> unidentified() {
        return storage.unidentified();
    }

    @Override
    public boolean restoring() {
        return storage.restoring();
    }

    @Override
    public void create(Collection<PartitionId> ids) {
        storage.create(ids);
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        return storage.open(id, epoch, settings);
    }

    @Override
    public void delete(PartitionId id) {
        storage.delete(id);
    }

    @Override
    public String setAside(PartitionId id) {
        return storage.setAside(id);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        return storage.sync(dirty);
    }

    @Override
    public boolean appendsAreCalls() {
        return storage.appendsAreCalls();
    }

    @Override
    public void close() {
        storage.close();
    }
}
