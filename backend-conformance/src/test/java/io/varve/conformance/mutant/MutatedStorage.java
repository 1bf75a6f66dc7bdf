// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.SyncFailures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The reference on a device that can fail, with a place to go wrong at every step. As it stands it does
 * nothing wrong; a mutant overrides one method of it, or of its {@link MutatedStore}.
 */
class MutatedStorage implements Storage {
    final FaultyDevice device;
    final MemoryStorage memory;
    /** Partitions whose sync has failed: they refuse writes until a restart. */
    private final Map<PartitionId, StorageException> refusing = new ConcurrentHashMap<>();

    MutatedStorage(FaultyDevice device, MemoryStorage memory) {
        this.device = device;
        this.memory = memory;
    }

    /** @return a handle to give out */
    MutatedStore handle(PartitionStore sound) {
        return new MutatedStore(this, sound);
    }

    /**
     * @return what is left of the content, in a storage of its own, after a proper close or after a power cut
     */
    MemoryStorage restarted(boolean crash) {
        return crash ? memory.crash() : memory.reopen();
    }

    void requireRoom(PartitionId id) {
        if (device.full) {
            throw new StorageException(Kind.FULL, id + ": no space left on the device");
        }
    }

    void requireSound(PartitionId id) {
        StorageException failure = refusing.get(id);
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public Set<PartitionId> partitions() {
        return memory.partitions();
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        return handle(memory.open(id, epoch, settings));
    }

    @Override
    public String setAside(PartitionId id) {
        refusing.remove(id);
        return memory.setAside(id);
    }

    @Override
    public void delete(PartitionId id) {
        memory.delete(id);
        refusing.remove(id);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        Map<PartitionId, StorageException> failures = new HashMap<>();
        List<PartitionStore> sound = new ArrayList<>();
        for (PartitionStore handle : dirty) {
            if (device.failing) {
                refusing.putIfAbsent(
                        handle.id(), new StorageException(Kind.FULL, handle.id() + ": input/output error in a sync"));
            }
            StorageException failure = refusing.get(handle.id());
            if (failure == null) {
                sound.add(handle instanceof MutatedStore store ? store.sound : handle);
            } else {
                failures.put(handle.id(), failure);
            }
        }
        failures.putAll(memory.sync(sound).byPartition());
        return new SyncFailures(failures);
    }

    @Override
    public void close() {
        memory.close();
    }
}
