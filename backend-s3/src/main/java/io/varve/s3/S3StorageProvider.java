// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Metric;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import io.varve.s3.client.BucketSettings;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.TierJournal;
import io.varve.s3.price.PriceSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Stream;

/** Opens the storage of {@code storage.backend=s3}: a hot backend in front, a bucket behind. */
public final class S3StorageProvider implements StorageProvider {
    static final String NAME = "s3";

    private final BucketSource buckets;
    private final List<StorageProvider> hotBackends;

    /** For the bucket that the settings name, and the hot backends that the class path has. */
    public S3StorageProvider() {
        this(BucketOpening::open, hotBackends());
    }

    /**
     * For another bucket, as one that is simulated.
     *
     * @param bucket opens it; it is not probed, and closed with the storage
     * @param hotBackends those that {@code s3.hot.backend} can name
     */
    public S3StorageProvider(Function<StorageContext, ObjectStore> bucket, List<StorageProvider> hotBackends) {
        this((context, config) -> bucket.apply(context), hotBackends);
    }

    private S3StorageProvider(BucketSource buckets, List<StorageProvider> hotBackends) {
        this.buckets = buckets;
        this.hotBackends = List.copyOf(hotBackends);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<StorageSetting> settings() {
        Stream<StorageSetting> own = Stream.of(
                        S3Config.SETTINGS,
                        BucketSettings.SETTINGS,
                        UploadSettings.SETTINGS,
                        ReadSettings.SETTINGS,
                        PriceSettings.SETTINGS)
                .flatMap(List::stream);
        Stream<StorageSetting> hot = hotBackends.stream().flatMap(provider -> provider.settings().stream());
        Map<String, StorageSetting> all = new LinkedHashMap<>();
        Stream.concat(own, hot).forEach(setting -> all.putIfAbsent(setting.key(), setting));
        return List.copyOf(all.values());
    }

    @Override
    public List<Metric> metrics() {
        return TierMetrics.all();
    }

    @Override
    public boolean tiers() {
        return true;
    }

    /** The backend in front has written it: which of them that is, the settings say. */
    @Override
    public boolean holds(Path directory) {
        return hotBackends.stream().anyMatch(hot -> hot.holds(directory));
    }

    /** Opens the bucket as a start does, which writes to it, reads and deletes, without waiting for it. */
    @Override
    public void examine(StorageContext context) {
        buckets.open(context, S3Config.of(context.properties()).withoutWaiting())
                .close();
    }

    @Override
    public Storage open(StorageContext context) {
        return StorageOpening.open(context, hotBackends, buckets, TierJournal::open);
    }

    /** @return those that the class path has */
    static List<StorageProvider> hotBackends() {
        return ServiceLoader.load(StorageProvider.class).stream()
                .filter(found -> found.type() != S3StorageProvider.class)
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
