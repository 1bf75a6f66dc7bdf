// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import io.varve.s3.client.BucketSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Opens the storage of {@code storage.backend=s3}: a hot backend in front, a bucket behind. */
public final class S3StorageProvider implements StorageProvider {
    static final String NAME = "s3";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<StorageSetting> settings() {
        Stream<StorageSetting> own = Stream.of(
                        S3Config.SETTINGS, BucketSettings.SETTINGS, UploadSettings.SETTINGS, ReadSettings.SETTINGS)
                .flatMap(List::stream);
        Stream<StorageSetting> hot = hotBackends().stream().flatMap(provider -> provider.settings().stream());
        Map<String, StorageSetting> all = new LinkedHashMap<>();
        Stream.concat(own, hot).forEach(setting -> all.putIfAbsent(setting.key(), setting));
        return List.copyOf(all.values());
    }

    @Override
    public boolean tiers() {
        return true;
    }

    @Override
    public Storage open(StorageContext context) {
        return StorageOpening.open(context, hotBackends());
    }

    private static List<StorageProvider> hotBackends() {
        return ServiceLoader.load(StorageProvider.class).stream()
                .filter(found -> found.type() != S3StorageProvider.class)
                .map(ServiceLoader.Provider::get)
                .toList();
    }
}
