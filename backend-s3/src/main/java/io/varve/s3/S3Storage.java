// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import io.varve.core.spi.support.Fencing;
import io.varve.s3.object.SegmentObjectReader;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a bucket behind a hot storage: opens, deletes and syncs its partitions, and sees that what was sealed
 * gets to the bucket. Thread-safe.
 *
 * <p>Appends and syncs wait for the hot storage only. Once another server has claimed the storage, every sync
 * fails with FENCED.
 */
final class S3Storage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(S3Storage.class);

    final TierParts parts;
    private final TierServices services;
    final PartitionCatalog catalog;
    private final PartitionOpening opening;
    private final TierRemoval removal;
    private final RemoteCopies copies;
    private final TierTruncation truncation;
    private final TruncationEnd truncationEnd;
    private final LocalSpace localSpace;
    private final TierSync sync;
    private final boolean restoring;
    private volatile boolean closed;

    /**
     * @param parts what the tier is made of
     * @param services what works in the background
     * @param catalog the partitions
     */
    S3Storage(TierParts parts, TierServices services, PartitionCatalog catalog) {
        this.parts = parts;
        this.services = services;
        this.catalog = catalog;
        restoring = !parts.hot().partitions().containsAll(catalog.ids());
        FailPoints failPoints = parts.context().failPoints();
        BatchBorder border = new BatchBorder(new SegmentObjectReader(parts.bucket(), parts.decoder()));
        PartitionRestore restore = new PartitionRestore(parts.hot(), parts.bucket(), parts.decoder());
        opening = new PartitionOpening(
                parts.journal(),
                restore,
                new RestoreProgress(catalog.lost(), parts.context().clock()),
                failPoints);
        removal = new TierRemoval(parts, catalog);
        copies = new RemoteCopies(border, parts);
        truncation = new TierTruncation(border, parts);
        truncationEnd = new TruncationEnd(parts.journal());
        localSpace = new LocalSpace(
                parts.config().onBacklogFull(), catalog, parts.context().clock());
        sync = new TierSync(parts);
    }

    @Override
    public Set<PartitionId> partitions() {
        return catalog.ids();
    }

    @Override
    public Map<String, String> unidentified() {
        return parts.hot().unidentified();
    }

    @Override
    public boolean restoring() {
        return restoring;
    }

    @Override
    public void create(Collection<PartitionId> ids) {
        requireOpen();
        List<PartitionId> absent =
                ids.stream().filter(id -> !catalog.exists(id)).toList();
        for (PartitionId id : absent) {
            catalog.requireOnlyIncarnation(id);
            removal.await(id);
        }
        try {
            parts.hot().create(absent);
        } finally { // a removal must find what was made, also after a failure
            Set<PartitionId> made = parts.hot().partitions();
            absent.stream().filter(made::contains).forEach(catalog::opened);
        }
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
        while (true) {
            requireOpen();
            catalog.requireOnlyIncarnation(id);
            S3Partition partition = catalog.partition(id);
            synchronized (partition.lifecycle) {
                if (!partition.isRemoved()) {
                    return open(partition, epoch, settings);
                }
            }
        }
    }

    private PartitionStore open(S3Partition partition, long epoch, PartitionSettings settings) {
        PartitionId id = partition.id();
        removal.await(id);
        if (settings.copyOf().isPresent() && (!catalog.exists(id) || copies.isUndecided(partition))) {
            copy(partition, settings.copyOf().get());
        }
        PartitionStore hot = parts.hot().open(id, epoch, settings);
        try {
            requireDecided(partition, hot);
            long start = partition.wasOpen()
                    ? hot.extent().start()
                    : opening.run(hot, partition.remote(), settings.compacted());
            Fencing.Token token = partition.fencing.open(epoch);
            partition.opened(hot, settings, start);
            catalog.opened(id);
            S3Store store = new S3Store(this, partition, hot, token);
            services.uploader().offer(partition.uploads());
            return store;
        } catch (RuntimeException e) {
            hot.close();
            throw e;
        }
    }

    /** What the bucket has, or may have, exists, also if what follows fails: a removal must find it. */
    private void copy(S3Partition partition, RemoteCopy copy) {
        try {
            copies.create(partition, copy, local(copy.source()));
        } finally {
            if (partition.mayBeInBucket()) {
                catalog.opened(partition.id());
            } else {
                catalog.notMade(partition.id());
            }
        }
    }

    /** A truncation that an earlier handle left undecided ends before anyone asks for the partition's end. */
    private void requireDecided(S3Partition partition, PartitionStore hot) {
        if (partition.uploads().isTruncating()) {
            partition.writer.lock();
            try {
                truncationEnd.requireDecided(partition, hot);
            } finally {
                partition.writer.unlock();
            }
        }
    }

    /** @throws StorageException RETRY if the partition exists and was not opened yet */
    private Optional<Extent> local(PartitionId source) {
        if (!catalog.exists(source)) {
            return Optional.empty();
        }
        S3Partition partition = catalog.partition(source);
        PartitionStore hot = partition.hot();
        if (hot == null) {
            throw new StorageException(
                    StorageException.Kind.RETRY, source + " is to be copied, and is not open yet: try again");
        }
        return Optional.of(partition.extent(hot.extent()));
    }

    @Override
    public void delete(PartitionId id) {
        requireOpen();
        removal.delete(id);
    }

    @Override
    public String setAside(PartitionId id) {
        requireOpen();
        return removal.setAside(id);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        requireOpen();
        List<S3Store> stores = sync.ownHandles(dirty, this);
        SyncFailures failures = sync.run(stores);
        stores.forEach(this::offer);
        return failures;
    }

    /** Has new sealed segments of a partition uploaded. */
    void offer(S3Store store) {
        if (store.partition.uploads().hasNew()) {
            services.uploader().offer(store.partition.uploads());
        }
    }

    /**
     * Prepares a trim, before the hot partition takes it. In two cases the journal must have the start
     * before. If the trim moves the hot partition's start above what the bucket has, or what a first upload
     * brings there, it would look after a crash as if the records between had been given up. If the partition
     * is compacted, the bucket may have an older version of what is trimmed, which would come back.
     */
    void beforeTrim(S3Partition partition, long start) {
        RemoteView remote = partition.remote();
        boolean above = remote.isEmpty() ? partition.mayBeInBucket() : start > remote.end();
        boolean older = partition.uploads().compacted() && !remote.isEmpty() && start > remote.start();
        if (above || older) {
            sync.noteEarly(partition.id(), start);
        }
    }

    LocalSpace localSpace() {
        return localSpace;
    }

    TruncationEnd truncationEnd() {
        return truncationEnd;
    }

    TierTruncation truncation() {
        return truncation;
    }

    TierParts parts() {
        return parts;
    }

    TierServices services() {
        return services;
    }

    PartitionCatalog catalog() {
        return catalog;
    }

    private void requireOpen() {
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "the storage is closed");
        }
    }

    /**
     * Ends uploads without waiting for what is still to be uploaded, and closes the hot storage, which syncs.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        // What waits for the bucket must not keep the hot storage from its last sync.
        parts.bucket().hasten();
        services.close();
        parts.manifest().close();
        try {
            sync.noteStarts(catalog.opened());
            parts.journal().close();
        } finally {
            parts.hot().close();
            parts.bucket().close();
        }
        LOG.info("the tier is closed");
    }
}
