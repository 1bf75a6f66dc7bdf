// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import java.util.List;

/**
 * Opens the storage of {@code storage.backend=memory}: every open starts empty, and no record outlives the
 * process. With {@code memory.readable=sync}, appends become readable at the sync, for tests.
 */
public final class MemoryStorageProvider implements StorageProvider {
    private static final String READABLE = "memory.readable";
    private static final List<StorageSetting> SETTINGS = List.of(StorageSetting.text(
            READABLE, "append", "When what is appended can be read: append for at once, sync for at the sync."));

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<StorageSetting> settings() {
        return SETTINGS;
    }

    @Override
    public Storage open(StorageContext context) {
        String readable = new StorageProperties(SETTINGS, context.properties()).text(READABLE);
        return switch (readable) {
            case "append" -> new MemoryStorage(ReadableAt.AT_APPEND, context.clock());
            case "sync" -> new MemoryStorage(ReadableAt.AT_SYNC, context.clock());
            default -> throw StorageProperties.wrong(READABLE, readable, "append or sync");
        };
    }
}
