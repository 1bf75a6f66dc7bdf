// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.support.ContractChecks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Stores the blobs of a partition in the environment, each with a checksum. A written blob is staged until
 * the next commit, as batches are; reads find it there meanwhile. Thread-safe.
 */
final class LmdbSnapshots implements Snapshots {
    private final LmdbStore store;
    private final LmdbPartition partition;

    LmdbSnapshots(LmdbStore store) {
        this.store = store;
        this.partition = store.partition;
    }

    @Override
    public void write(String name, long offset, ByteBuffer bytes) {
        ContractChecks.requireSnapshot(store.id(), name, offset);
        int size = Integer.BYTES + bytes.remaining();
        ByteBuffer blob = ByteBuffer.allocate(size)
                .putInt(Crc32c.of(bytes))
                .put(bytes.duplicate())
                .flip();
        store.staging(
                size,
                () -> partition.putBlob(
                        new SnapshotKey(name, offset), Optional.of(partition.environment.staging.copy(blob, 0, size))));
    }

    @Override
    public Optional<Snapshot> newest(String name, long atMost) {
        store.token.requireOpen();
        TreeSet<Long> offsets = new TreeSet<>(offsets(name));
        for (long offset : offsets.headSet(atMost, true).descendingSet()) {
            byte[] blob = find(new SnapshotKey(name, offset));
            if (blob != null && isSound(blob)) {
                return Optional.of(new Snapshot(
                        offset,
                        ByteBuffer.wrap(blob, Integer.BYTES, blob.length - Integer.BYTES)
                                .slice()
                                .asReadOnlyBuffer()));
            }
        }
        return Optional.empty();
    }

    /** @return a copy of the blob with its checksum, or null */
    private byte[] find(SnapshotKey key) {
        synchronized (partition) {
            TreeMap<SnapshotKey, Optional<StagingMemory.Piece>> blobs = partition.uncommitted.blobs();
            Optional<StagingMemory.Piece> pending = blobs == null ? null : blobs.get(key);
            if (pending != null) {
                return pending.map(piece -> copy(piece.bytes())).orElse(null);
            }
        }
        return partition.environment.read(txn -> {
            KeyCodec.snapshot(txn.key(), partition.number, key.name(), key.offset());
            ByteBuffer blob = txn.get(partition.environment.databases.snapshots());
            return blob == null ? null : copy(blob);
        });
    }

    private static byte[] copy(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.duplicate().get(bytes);
        return bytes;
    }

    private static boolean isSound(byte[] blob) {
        ByteBuffer bytes = ByteBuffer.wrap(blob);
        return blob.length >= Integer.BYTES && bytes.getInt() == Crc32c.of(bytes);
    }

    @Override
    public Set<String> names() {
        return present("").stream().map(SnapshotKey::name).collect(Collectors.toSet());
    }

    @Override
    public List<Long> offsets(String name) {
        return present(name).stream().map(SnapshotKey::offset).toList();
    }

    /** @return keys of the blobs of a name, committed or staged; of all blobs when {@code name} is empty */
    private SortedSet<SnapshotKey> present(String name) {
        store.token.requireOpen();
        TreeSet<SnapshotKey> keys = new TreeSet<>();
        // With the lock held no commit can move a blob between the two places that are read here.
        synchronized (partition) {
            keys.addAll(stored(partition, name));
            if (partition.uncommitted.blobs() != null) {
                partition.uncommitted.blobs().forEach((key, content) -> {
                    boolean wanted = name.isEmpty() || key.name().equals(name);
                    if (wanted && content.isPresent()) {
                        keys.add(key);
                    } else {
                        keys.remove(key);
                    }
                });
            }
        }
        return keys;
    }

    /** @return the keys of committed blobs of a name; of all blobs when {@code name} is empty */
    static List<SnapshotKey> stored(LmdbPartition partition, String name) {
        LmdbEnvironment environment = partition.environment;
        return environment.read(txn -> {
            List<SnapshotKey> keys = new ArrayList<>();
            KeyCodec.number(txn.key(), partition.number);
            txn.scan(environment.databases.snapshots(), txn.key(), (key, value) -> {
                boolean own = KeyCodec.numberOf(key) == partition.number;
                if (own) {
                    SnapshotKey found = KeyCodec.snapshot(key);
                    boolean wanted = name.isEmpty() || found.name().equals(name);
                    return !wanted || keys.add(found);
                }
                return false;
            });
            return keys;
        });
    }

    /** Deletes staged blobs whose offset is above {@code offset}; call with the partition locked. */
    static void deleteAbove(LmdbPartition partition, long offset) {
        if (partition.uncommitted.blobs() != null) {
            List<SnapshotKey> deleted = partition.uncommitted.blobs().keySet().stream()
                    .filter(key -> key.offset() > offset)
                    .toList();
            deleted.forEach(key -> partition.putBlob(key, Optional.empty()));
        }
    }

    @Override
    public void delete(String name, long offset) {
        store.writing(() -> partition.putBlob(new SnapshotKey(name, offset), Optional.empty()));
    }
}
