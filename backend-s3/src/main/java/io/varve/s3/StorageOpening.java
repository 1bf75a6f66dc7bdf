// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.object.ChunkDecoder;
import io.varve.s3.price.PriceSettings;
import io.varve.s3.price.PriceTable;
import io.varve.s3.read.RemoteReader;
import io.varve.s3.upload.BucketSweep;
import io.varve.s3.upload.BucketUpkeep;
import io.varve.s3.upload.ObjectDeleter;
import io.varve.s3.upload.SegmentUploader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the tier: the hot storage first, which locks the data directories; then the bucket; then the
 * manifest. Completes what a crash has left of deletions.
 */
final class StorageOpening {
    private static final Logger LOG = LoggerFactory.getLogger(StorageOpening.class);

    private final StorageContext context;
    private final S3Config config;
    private final UploadSettings uploads;
    private final PriceTable prices;
    /** Closed in reverse order if the opening fails. */
    private final List<AutoCloseable> opened = new ArrayList<>();

    private StorageOpening(StorageContext context) {
        this.context = context;
        this.config = S3Config.of(context.properties());
        this.uploads = UploadSettings.of(context.properties(), context.ids());
        this.prices = PriceSettings.of(context.properties());
    }

    /**
     * @param context as given to {@link S3StorageProvider#open}
     * @param backends the backends that can be in front
     * @param buckets opens the bucket
     * @param journals opens the journal
     * @throws StorageException MISUSE, RETRY, CORRUPT as {@link StorageProvider#open}; RETRY if the bucket
     *     cannot be reached in time
     */
    static Storage open(
            StorageContext context, List<StorageProvider> backends, BucketSource buckets, JournalSource journals) {
        StorageOpening opening = new StorageOpening(context);
        try {
            return opening.run(backends, buckets, journals);
        } catch (RuntimeException e) {
            opening.closeAll(e);
            throw e;
        }
    }

    private Storage run(List<StorageProvider> backends, BucketSource buckets, JournalSource journals) {
        StorageProvider backend = named(backends);
        Storage hot = kept(backend.open(forHot(backend.name())));
        ObjectStore bucket = kept(buckets.open(context, config));
        LocalJournal journal = kept(journals.open(context.directories(), context.failPoints()));
        Manifest manifest = kept(BucketOpening.retried(
                context, config.startTimeoutMs(), () -> StorageClaim.claim(context, bucket, journal, hot)));
        completeRemovals(hot, manifest, journal);
        ChunkDecoder decoder = new ChunkDecoder(uploads.upload().writer().keys());
        RemoteReader reader = kept(new RemoteReader(
                ReadSettings.of(context.properties(), context.directories().get(0)),
                bucket,
                decoder,
                manifest::names,
                context.clock(),
                context.scheduler()));
        TierParts parts = new TierParts(config, context, hot, bucket, manifest, journal, decoder, reader);
        PartitionCatalog catalog = new PartitionCatalog(hot.partitions(), manifest, context.failPoints());
        describe(hot, manifest);
        return new S3Storage(parts, services(parts, catalog), catalog);
    }

    private StorageProvider named(List<StorageProvider> backends) {
        return backends.stream()
                .filter(backend -> backend.name().equals(config.hotBackend()))
                .findFirst()
                .orElseThrow(() -> StorageProperties.wrong(
                        S3Config.HOT_BACKEND,
                        config.hotBackend(),
                        "one of " + backends.stream().map(StorageProvider::name).collect(Collectors.joining(", "))));
    }

    /** A failure of the device in this storage's sync is one in the hot storage's. */
    private StorageContext forHot(String backend) {
        FailPoints own = context.failPoints();
        FailPoints hot = new FailPoints();
        String sync = backend + ".sync.before-force";
        hot.watch(place -> {
            if (place.equals(sync)) {
                own.hit(S3FailPoints.SYNC_BEFORE_FORCE);
            }
            own.hit(place);
        });
        return new StorageContext(
                context.directories(),
                context.properties(),
                context.clock(),
                context.scheduler(),
                context.ids(),
                hot,
                context.metrics());
    }

    private void completeRemovals(Storage hot, Manifest manifest, LocalJournal journal) {
        Set<PartitionId> present = hot.partitions();
        List<ManifestEdit> edits = new ArrayList<>();
        for (PartitionId id : journal.removals(false)) {
            hot.delete(id);
            edits.add(new ManifestEdit.DeletePartition(id));
        }
        for (PartitionId id : journal.removals(true)) {
            if (present.contains(id)) {
                LOG.warn("{} was set aside: {}", id, hot.setAside(id));
            }
            edits.add(new ManifestEdit.SetAside(id));
        }
        if (!edits.isEmpty()) {
            long waitMs = Math.max(config.startTimeoutMs(), config.commitTimeoutMs());
            new Commits(context.scheduler(), waitMs)
                    .await(manifest.commit(edits), "the removal of " + edits.size() + " partitions before this start");
            edits.forEach(edit -> journal.forgetRemoval(edit.partition()));
            journal.settle();
        }
    }

    private TierServices services(TierParts parts, PartitionCatalog catalog) {
        ObjectStore bucket = parts.bucket();
        Manifest manifest = parts.manifest();
        ObjectDeleter deleter = new ObjectDeleter(bucket, manifest, context, uploads.deleteDelayMs());
        SegmentUploader uploader = kept(new SegmentUploader(uploads.upload(), bucket, manifest, context, deleter));
        context.metrics().read(new TierMetrics(parts, uploader, prices)::read);
        BucketSweep sweep = new BucketSweep(
                bucket,
                object -> manifest.names(object) || uploader.inFlight().contains(object),
                uploads.sweepGraceMs(),
                context.ids(),
                context.failPoints());
        BucketUpkeep bucketUpkeep =
                kept(new BucketUpkeep(deleter, sweep, bucket, manifest, uploads.sweepPeriodMs(), context));
        TierUpkeep tierUpkeep = kept(new TierUpkeep(catalog, parts, uploader));
        OwnerCheck ownerCheck = kept(new OwnerCheck(manifest, context.scheduler()));
        return new TierServices(
                uploader,
                bucketUpkeep,
                tierUpkeep,
                ownerCheck,
                new UsageFile(parts, catalog, uploader),
                parts.reader());
    }

    private void describe(Storage hot, Manifest manifest) {
        Set<PartitionId> local = hot.partitions();
        List<RemotePartition> remote =
                manifest.partitions().stream().filter(known -> !known.aside()).toList();
        long lost = remote.stream().filter(known -> !local.contains(known.id())).count();
        long segments =
                remote.stream().mapToLong(known -> known.segments().size()).sum();
        LOG.info(
                "{} partitions on this machine ({}), {} in the bucket with {} segments; {} are restored from there "
                        + "when they are opened",
                local.size(),
                config.hotBackend(),
                remote.size(),
                segments,
                lost);
    }

    private <T extends AutoCloseable> T kept(T part) {
        opened.add(0, part);
        return part;
    }

    private void closeAll(RuntimeException failure) {
        for (AutoCloseable part : opened) {
            try {
                part.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
