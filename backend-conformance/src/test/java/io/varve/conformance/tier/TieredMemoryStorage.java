// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A tier in front of a bucket in memory, as simple as can be: whoever syncs or looks does the copying. With
 * a flaw, a specimen that the checks must find out.
 */
final class TieredMemoryStorage implements Storage {
    private static final long FEW = 10;

    final BucketInMemory bucket;
    final MemoryStorage hot;
    final TierNotes notes;
    final TierFlaw flaw;
    /** As of the last edit. */
    final TierManifest manifest;

    private final Map<PartitionId, TieredMemoryStore> stores = new HashMap<>();
    private StorageException fenced;

    TieredMemoryStorage(BucketInMemory bucket, MemoryStorage hot, TierNotes notes, TierFlaw flaw) {
        this.bucket = bucket;
        this.hot = hot;
        this.notes = notes;
        this.flaw = flaw;
        this.manifest = load();
        manifest.partitions.keySet().removeAll(notes.deleted);
        manifest.partitions.keySet().removeAll(notes.aside);
    }

    private TierManifest load() {
        try {
            if (notes.claim != 0 && bucket.owner() != notes.claim && flaw != TierFlaw.STARTS_AGAIN_AFTER_A_NEW_OWNER) {
                throw new StorageException(StorageException.Kind.FENCED, "another storage has owned the tier since");
            }
            notes.claim = bucket.claim();
            return bucket.manifest();
        } catch (StorageException e) {
            if (flaw == TierFlaw.BEGINS_ANEW_WHEN_THE_TIER_IS_AWAY && e.kind() == StorageException.Kind.RETRY) {
                return new TierManifest();
            }
            throw e;
        }
    }

    @Override
    public synchronized Set<PartitionId> partitions() {
        Set<PartitionId> all = new HashSet<>(hot.partitions());
        all.addAll(manifest.partitions.keySet().stream()
                .limit(flaw == TierFlaw.RESTORES_THE_FIRST_PARTITIONS_ONLY ? FEW : Long.MAX_VALUE)
                .toList());
        return all;
    }

    @Override
    public synchronized PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        TieredMemoryStore store = new TieredMemoryStore(this, hot.open(id, epoch, settings), settings);
        TieredMemoryStore before = stores.put(id, store);
        store.restore();
        if (before != null) {
            store.startAt(before.start());
        }
        return store;
    }

    @Override
    public synchronized void delete(PartitionId id) {
        remove(id);
        if (flaw != TierFlaw.FORGETS_DELETIONS) {
            notes.deleted.add(id);
        }
    }

    @Override
    public synchronized String setAside(PartitionId id) {
        remove(id);
        (flaw == TierFlaw.DELETES_WHAT_IS_SET_ASIDE ? notes.deleted : notes.aside).add(id);
        return "in the tier";
    }

    private void remove(PartitionId id) {
        hot.delete(id);
        stores.remove(id);
        manifest.partitions.remove(id);
        notes.starts.remove(id);
    }

    /** Edits the tier's manifest, and this copy of it. */
    void commit(Consumer<TierManifest> edit) {
        if (fenced != null) {
            throw fenced;
        }
        try {
            bucket.commit(notes.claim, edit);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.RETRY);
            throw e;
        }
        edit.accept(manifest);
    }

    /** Does what is left to do; stops where the tier does not answer. */
    synchronized void work() {
        try {
            for (PartitionId id : Set.copyOf(notes.deleted)) {
                commit(edited -> edited.partitions.remove(id));
                notes.deleted.remove(id);
            }
            for (PartitionId id : Set.copyOf(notes.aside)) {
                commit(edited -> {
                    TierManifest.Partition partition = edited.partitions.remove(id);
                    if (partition != null) {
                        edited.aside.put(id, partition);
                    }
                });
                notes.aside.remove(id);
            }
            for (TieredMemoryStore store : List.copyOf(stores.values())) {
                store.work();
            }
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.FENCED) {
                noticeFence(e);
            } else if (e.kind() != StorageException.Kind.RETRY && e.kind() != StorageException.Kind.CLOSED) {
                throw e;
            }
        }
    }

    void noticeFence(StorageException e) {
        if (flaw != TierFlaw.GOES_ON_WHEN_FENCED) {
            fenced = e;
        }
    }

    @Override
    public synchronized SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        Map<PartitionId, StorageException> failures = new HashMap<>();
        List<PartitionStore> hots = new ArrayList<>();
        for (PartitionStore store : dirty) {
            if (fenced != null) {
                failures.put(store.id(), fenced);
            } else {
                hots.add(store instanceof TieredMemoryStore tiered ? tiered.hot : store);
            }
        }
        failures.putAll(hot.sync(hots).byPartition());
        for (PartitionStore store : dirty) {
            if (!failures.containsKey(store.id()) && store instanceof TieredMemoryStore tiered) {
                tiered.noteStart();
            }
        }
        work();
        if (flaw == TierFlaw.SYNCS_NO_FURTHER_THAN_THE_TIER) {
            bucket.owner();
        }
        return failures.isEmpty() ? SyncFailures.NONE : new SyncFailures(failures);
    }

    @Override
    public synchronized void close() {
        stores.values().forEach(TieredMemoryStore::noteStart);
        hot.close();
    }
}
