// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import io.varve.core.spi.support.ContractChecks;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Syncs the hot partitions, and notes in the journal the starts that the manifest does not have yet.
 * Thread-safe.
 */
final class TierSync {
    private static final Logger LOG = LoggerFactory.getLogger(TierSync.class);

    private final TierParts parts;

    TierSync(TierParts parts) {
        this.parts = parts;
    }

    /** @throws StorageException MISUSE if one is another storage's */
    List<S3Store> ownHandles(Collection<? extends PartitionStore> dirty, S3Storage storage) {
        List<S3Store> own = new ArrayList<>(dirty.size());
        for (PartitionStore handle : dirty) {
            if (!(handle instanceof S3Store store) || store.storage != storage) {
                throw ContractChecks.foreignHandle(handle);
            }
            own.add(store);
        }
        return own;
    }

    SyncFailures run(List<S3Store> stores) {
        List<PartitionStore> hot = new ArrayList<>(stores.size());
        boolean starts = false;
        for (S3Store store : stores) {
            hot.add(store.hot);
            starts |= store.partition.tieredStart().unjournaled() >= 0;
        }
        SyncFailures failures = parts.hot().sync(hot);
        if (starts) {
            failures = withJournal(stores, failures);
        }
        return parts.manifest().isFenced() ? fenced(stores) : failures;
    }

    private SyncFailures withJournal(List<S3Store> stores, SyncFailures failures) {
        List<S3Partition> durable = new ArrayList<>();
        for (S3Store store : stores) {
            if (!failures.byPartition().containsKey(store.id())) {
                durable.add(store.partition);
            }
        }
        try {
            noteStarts(durable);
            return failures;
        } catch (StorageException | UncheckedIOException e) {
            Map<PartitionId, StorageException> all = new HashMap<>(failures.byPartition());
            for (S3Partition partition : durable) {
                if (partition.tieredStart().unjournaled() >= 0) {
                    all.put(partition.id(), notNoted(partition.id(), e));
                }
            }
            return new SyncFailures(all);
        }
    }

    private static StorageException notNoted(PartitionId id, RuntimeException cause) {
        return new StorageException(
                StorageException.Kind.RETRY, id + ": its start could not be noted: " + cause.getMessage(), cause);
    }

    /** Notes a start before the next sync, if it can: that sync notes it otherwise, or fails. */
    void noteEarly(PartitionId id, long start) {
        try {
            parts.journal().noteStarts(Map.of(id, start));
        } catch (StorageException | UncheckedIOException e) {
            LOG.warn("{}: its start of {} could not be noted yet: {}", id, start, e.getMessage());
        }
    }

    /** Notes new starts in the journal: they are durable on return. */
    void noteStarts(Collection<S3Partition> partitions) {
        Map<PartitionId, Long> starts = new HashMap<>();
        for (S3Partition partition : partitions) {
            long start = partition.tieredStart().unjournaled();
            if (start >= 0) {
                starts.put(partition.id(), start);
            }
        }
        if (starts.isEmpty()) {
            return;
        }
        parts.context().failPoints().hit(S3FailPoints.SYNC_BEFORE_JOURNAL);
        parts.journal().noteStarts(starts);
        for (S3Partition partition : partitions) {
            Long noted = starts.get(partition.id());
            if (noted != null) {
                partition.tieredStart().journaled(noted);
            }
        }
    }

    private static SyncFailures fenced(List<S3Store> stores) {
        Map<PartitionId, StorageException> all = new HashMap<>();
        for (S3Store store : stores) {
            all.put(
                    store.id(),
                    new StorageException(
                            StorageException.Kind.FENCED,
                            store.id() + ": another server has claimed the storage in the bucket"));
        }
        return new SyncFailures(all);
    }
}
