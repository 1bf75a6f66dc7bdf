// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.SurvivedFailure;
import io.varve.core.spi.StorageContext;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots, so that a start reads a bounded number of objects, and deletes what two of them have made
 * needless. Two are kept, with the entries after the older one: it is what counts if the newer is damaged.
 * Claims are kept for good: a former owner that wakes up finds its next number taken. For one thread.
 */
final class ManifestSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestSnapshots.class);

    /** Entries after which a snapshot is due. */
    static final int MAX_ENTRIES = 200;
    /** Bytes of entries below which no snapshot is due on account of their size. */
    static final long MIN_BYTES = 1 << 20;
    /** Entries between two tries after a failed one. */
    private static final int PAUSE_ENTRIES = 20;

    private final ObjectStore store;
    private final StorageContext context;
    private final UUID incarnation;
    private long newest;
    private long newestBytes;
    private int entries;
    private long entryBytes;
    private int entriesBeforeTry;

    ManifestSnapshots(ObjectStore store, StorageContext context, UUID incarnation, LoadedManifest loaded) {
        this.store = store;
        this.context = context;
        this.incarnation = incarnation;
        newest = loaded.snapshot();
        newestBytes = loaded.snapshotBytes();
        entries = loaded.entries();
        entryBytes = loaded.entryBytes();
    }

    void wrote(int bytes) {
        entries++;
        entryBytes += bytes;
    }

    /** Takes a snapshot if one is due. If the bucket fails, a later call tries again. */
    void takeIfDue(ManifestState state) {
        boolean due = entries >= MAX_ENTRIES || entryBytes > Math.max(newestBytes, MIN_BYTES);
        if (!due || entries < entriesBeforeTry) {
            return;
        }
        try {
            long previous = newest;
            take(state);
            if (previous > 0) {
                deleteBelow(previous, state);
            }
        } catch (OutOfMemoryError e) {
            entriesBeforeTry = entries + PAUSE_ENTRIES;
            SurvivedFailure.log(LOG, "The manifest's snapshot failed; next try after " + PAUSE_ENTRIES + " entries", e);
        } catch (ObjectStoreException e) {
            entriesBeforeTry = entries + PAUSE_ENTRIES;
            LOG.warn(
                    "The manifest's snapshot at {} failed, or old entries were not deleted; next try after {} entries: {}",
                    state.number(),
                    PAUSE_ENTRIES,
                    e.getMessage());
        }
    }

    private void take(ManifestState state) {
        ByteBuffer object = SnapshotFormat.encode(
                state, incarnation, context.ids().next(), context.clock().millis());
        context.failPoints().hit("s3.manifest.before-snapshot");
        store.put(ManifestKeys.snapshot(state.number()), object);
        context.failPoints().hit("s3.manifest.after-snapshot");
        newest = state.number();
        newestBytes = object.remaining();
        entries = 0;
        entryBytes = 0;
        entriesBeforeTry = 0;
    }

    /** Deletes snapshots below one that is kept, and entries up to it that are not claims. */
    private void deleteBelow(long kept, ManifestState state) {
        List<String> keys = new ArrayList<>();
        for (long number : ManifestKeys.list(store, ManifestKeys.SNAPSHOTS, 0)) {
            if (number < kept) {
                keys.add(ManifestKeys.snapshot(number));
            }
        }
        Set<Long> claims = new HashSet<>(state.claims());
        for (long number : ManifestKeys.list(store, ManifestKeys.ENTRIES, 0)) {
            if (number <= kept && !claims.contains(number)) {
                keys.add(ManifestKeys.entry(number));
            }
        }
        context.failPoints().hit("s3.manifest.before-delete");
        if (!keys.isEmpty()) {
            store.delete(keys);
        }
    }
}
