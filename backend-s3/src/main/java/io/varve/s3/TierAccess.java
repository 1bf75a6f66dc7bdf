// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.support.StorageProperties;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.S3ObjectStore;
import io.varve.s3.manifest.AsideRequests;
import io.varve.s3.manifest.ManifestReader;
import io.varve.s3.manifest.ManifestView;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.object.ChunkDecoder;
import io.varve.s3.object.SegmentObjectReader;
import io.varve.s3.upload.BucketSweep;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Gives tools a storage's part of the bucket, also beside a running server: it never claims the storage.
 * Thread-safe.
 */
public final class TierAccess implements AutoCloseable {
    /** Name of the file in the first data directory in which a server notes requests and backlog. */
    public static final String USAGE_FILE = UsageFile.NAME;

    private final ObjectStore objects;
    private final UploadSettings settings;
    private final Scheduler scheduler;
    private final Ids ids;

    private TierAccess(ObjectStore objects, UploadSettings settings, Scheduler scheduler, Ids ids) {
        this.objects = objects;
        this.settings = settings;
        this.scheduler = scheduler;
        this.ids = ids;
    }

    /**
     * Connects to the bucket; sends no request.
     *
     * @param properties those of the server
     * @param clock tells how long requests take
     * @param scheduler runs requests that go beside each other
     * @param ids the source of jitter
     * @return the storage's part of the bucket
     * @throws io.varve.core.spi.StorageException MISUSE if a setting is wrong
     */
    public static TierAccess open(Map<String, String> properties, Clock clock, Scheduler scheduler, Ids ids) {
        S3Config config = S3Config.of(properties);
        UploadSettings settings = UploadSettings.of(properties, ids);
        BucketSettings bucket = BucketSettings.of(new StorageProperties(BucketSettings.SETTINGS, properties))
                .within(config.storageId());
        return new TierAccess(S3ObjectStore.open(bucket, clock, scheduler, ids), settings, scheduler, ids);
    }

    /**
     * Loads the manifest.
     *
     * @return the state as of now
     * @throws io.varve.core.spi.StorageException CORRUPT if an entry is missing or damaged
     * @throws io.varve.s3.client.ObjectStoreException if the bucket cannot be read
     */
    public ManifestView manifest() {
        return ManifestReader.read(objects, scheduler);
    }

    /** @return reads segment objects, with the keys that the settings name */
    public SegmentObjectReader reader() {
        return new SegmentObjectReader(
                objects, new ChunkDecoder(settings.upload().writer().keys()));
    }

    /**
     * @param named whether the manifest names an object
     * @return finds and deletes what nothing names and is older than the server's grace period
     */
    public BucketSweep sweep(Predicate<UUID> named) {
        return new BucketSweep(objects, named, settings.sweepGraceMs(), ids, new FailPoints());
    }

    /**
     * Asks the storage's server, the present or the next one, to forget partitions that were set aside, and
     * to delete the objects that only they name. It does so with its next sweep.
     *
     * @param aside some of those of {@link #manifest}
     * @throws io.varve.s3.client.ObjectStoreException if the bucket refuses
     */
    public void forgetAside(List<RemotePartition> aside) {
        AsideRequests.add(objects, ids, aside);
    }

    @Override
    public void close() {
        objects.close();
    }
}
