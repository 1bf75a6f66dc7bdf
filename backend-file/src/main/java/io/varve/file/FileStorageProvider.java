// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import java.util.List;

/** Opens the storage of {@code storage.backend=file}: plain segment files in each of {@code log.dirs}. */
public final class FileStorageProvider implements StorageProvider {
    @Override
    public String name() {
        return "file";
    }

    @Override
    public List<StorageSetting> settings() {
        return FileConfig.SETTINGS;
    }

    @Override
    public Storage open(StorageContext context) {
        return FileStorage.open(context);
    }
}
