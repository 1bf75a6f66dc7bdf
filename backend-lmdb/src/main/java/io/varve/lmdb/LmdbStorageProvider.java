// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens the storage of {@code storage.backend=lmdb}: an LMDB environment in each of {@code log.dirs}. */
public final class LmdbStorageProvider implements StorageProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public LmdbStorageProvider() {}

    @Override
    public String name() {
        return "lmdb";
    }

    @Override
    public List<StorageSetting> settings() {
        return LmdbConfig.SETTINGS;
    }

    @Override
    public boolean holds(Path directory) {
        return Files.exists(directory.resolve(OpenedEnvironment.DATA));
    }

    @Override
    public Storage open(StorageContext context) {
        return LmdbStorage.open(context);
    }
}
