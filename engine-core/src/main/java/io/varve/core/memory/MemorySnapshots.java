// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.Snapshots;
import io.varve.core.spi.support.ContractChecks;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Keeps the snapshots of a partition in a map. */
final class MemorySnapshots implements Snapshots {
    private final MemoryStore store;

    MemorySnapshots(MemoryStore store) {
        this.store = store;
    }

    @Override
    public void write(String name, long offset, ByteBuffer bytes) {
        ContractChecks.requireSnapshot(store.id(), name, offset);
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        synchronized (store.partition) {
            store.token.requireWriter();
            store.partition
                    .snapshots
                    .computeIfAbsent(name, unused -> new TreeMap<>())
                    .put(offset, copy);
        }
    }

    @Override
    public Optional<Snapshot> newest(String name, long atMost) {
        synchronized (store.partition) {
            store.token.requireOpen();
            Map.Entry<Long, byte[]> found = blobs(name).floorEntry(atMost);
            return found == null
                    ? Optional.empty()
                    : Optional.of(new Snapshot(
                            found.getKey(), ByteBuffer.wrap(found.getValue()).asReadOnlyBuffer()));
        }
    }

    @Override
    public Set<String> names() {
        synchronized (store.partition) {
            store.token.requireOpen();
            Set<String> names = new HashSet<>();
            store.partition.snapshots.forEach((name, blobs) -> {
                if (!blobs.isEmpty()) {
                    names.add(name);
                }
            });
            return names;
        }
    }

    @Override
    public List<Long> offsets(String name) {
        synchronized (store.partition) {
            store.token.requireOpen();
            return List.copyOf(blobs(name).keySet());
        }
    }

    @Override
    public void delete(String name, long offset) {
        synchronized (store.partition) {
            store.token.requireWriter();
            NavigableMap<Long, byte[]> blobs = store.partition.snapshots.get(name);
            if (blobs != null) {
                blobs.remove(offset);
            }
        }
    }

    private NavigableMap<Long, byte[]> blobs(String name) {
        return store.partition.snapshots.getOrDefault(name, Collections.emptyNavigableMap());
    }
}
