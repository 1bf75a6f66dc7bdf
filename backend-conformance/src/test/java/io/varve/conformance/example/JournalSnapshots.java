// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.spi.Snapshots;
import io.varve.core.spi.support.ContractChecks;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Blobs, which are entries of the journal like everything else. */
record JournalSnapshots(JournalStore store) implements Snapshots {

    @Override
    public void write(String name, long offset, ByteBuffer bytes) {
        ContractChecks.requireSnapshot(store.id(), name, offset);
        synchronized (store.partition) {
            store.token.requireWriter();
            store.partition.writeBlob(name, offset, bytes);
        }
    }

    @Override
    public Optional<Snapshot> newest(String name, long atMost) {
        synchronized (store.partition) {
            store.token.requireOpen();
            Map.Entry<Long, byte[]> found = store.partition.blobs(name).floorEntry(atMost);
            return Optional.ofNullable(found)
                    .map(blob -> new Snapshot(
                            blob.getKey(), ByteBuffer.wrap(blob.getValue()).asReadOnlyBuffer()));
        }
    }

    @Override
    public Set<String> names() {
        synchronized (store.partition) {
            store.token.requireOpen();
            return store.partition.blobNames();
        }
    }

    @Override
    public List<Long> offsets(String name) {
        synchronized (store.partition) {
            store.token.requireOpen();
            return List.copyOf(store.partition.blobs(name).keySet());
        }
    }

    @Override
    public void delete(String name, long offset) {
        synchronized (store.partition) {
            store.token.requireWriter();
            store.partition.deleteBlob(name, offset);
        }
    }
}
