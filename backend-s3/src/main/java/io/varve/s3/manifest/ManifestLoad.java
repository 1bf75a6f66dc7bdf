// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the manifest: the newest sound snapshot, and the entries after it. Numbers have no gap, so an entry
 * that a store's list leaves out is read nevertheless.
 */
final class ManifestLoad {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestLoad.class);

    /** An owner that runs may delete what an old snapshot needs, after it has made a newer one. */
    private static final int MAX_TRIES = 5;

    private final ObjectStore store;
    private final Scheduler scheduler;

    ManifestLoad(ObjectStore store, Scheduler scheduler) {
        this.store = store;
        this.scheduler = scheduler;
    }

    /**
     * @throws StorageException CORRUPT if an entry is missing or damaged
     * @throws io.varve.s3.client.ObjectStoreException if the bucket cannot be read
     */
    LoadedManifest load() {
        for (int tries = 1; ; tries++) {
            LoadedManifest snapshot = newestSnapshot();
            long after = snapshot.snapshot();
            List<Long> listed = ManifestKeys.list(store, ManifestKeys.ENTRIES, after);
            long last = listed.isEmpty() ? after : listed.get(listed.size() - 1);
            List<String> keys = new ArrayList<>();
            for (long number = after + 1; number <= last; number++) {
                keys.add(ManifestKeys.entry(number));
                requireListable(listed, keys.size(), after, last);
            }
            List<Optional<ByteBuffer>> objects = ParallelGets.read(store, scheduler, keys);
            int missing = objects.indexOf(Optional.<ByteBuffer>empty());
            if (missing < 0) {
                return replay(snapshot, objects);
            }
            if (tries == MAX_TRIES) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT,
                        keys.get(missing) + " is missing: the newest sound snapshot is " + after
                                + ", the last entry is " + last);
            }
        }
    }

    /** Keeps a damaged number far above the others from being taken for a gap of millions. */
    private static void requireListable(List<Long> listed, int needed, long after, long last) {
        if (needed > 2L * listed.size() + 10_000) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    ManifestKeys.entry(last) + " exists, but the list has only " + listed.size()
                            + " entries after the newest sound snapshot, " + after);
        }
    }

    private LoadedManifest newestSnapshot() {
        List<Long> numbers = ManifestKeys.list(store, ManifestKeys.SNAPSHOTS, 0);
        for (int i = numbers.size() - 1; i >= 0; i--) {
            String key = ManifestKeys.snapshot(numbers.get(i));
            Optional<ByteBuffer> object = RepeatedGet.read(store, key, ManifestHeader.SNAPSHOT_MAGIC);
            if (object.isEmpty()) {
                LOG.info("Snapshot {} was deleted while the manifest was loaded; trying the one before", key);
                continue;
            }
            try {
                long bytes = object.get().remaining();
                ManifestState state = SnapshotFormat.decode(object.get(), numbers.get(i), key);
                return new LoadedManifest(state, numbers.get(i), bytes, 0, 0);
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CORRUPT);
                LOG.error("A snapshot of the manifest is damaged; trying the one before: {}", e.getMessage());
            }
        }
        return new LoadedManifest(new ManifestState(), 0, 0, 0, 0);
    }

    private static LoadedManifest replay(LoadedManifest snapshot, List<Optional<ByteBuffer>> objects) {
        ManifestState state = snapshot.state();
        long bytes = 0;
        for (Optional<ByteBuffer> object : objects) {
            ByteBuffer entry = object.orElseThrow();
            bytes += entry.remaining();
            replay(state, entry);
        }
        return new LoadedManifest(state, snapshot.snapshot(), snapshot.snapshotBytes(), objects.size(), bytes);
    }

    /**
     * Replays the next entry.
     *
     * @throws StorageException CORRUPT if it is damaged, or does not fit the state
     */
    static void replay(ManifestState state, ByteBuffer object) {
        String key = ManifestKeys.entry(state.number() + 1);
        ManifestEntry entry = EntryFormat.decode(object, state.number() + 1, key);
        try {
            state.replay(entry);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.MISUSE);
            throw new StorageException(StorageException.Kind.CORRUPT, key + ": " + e.getMessage(), e);
        }
    }
}
