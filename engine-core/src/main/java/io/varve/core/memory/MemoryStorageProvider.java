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
    private static final String MAX_BYTES = "memory.max.bytes";
    private static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.text(
                    READABLE, "append", "When what is appended can be read: append for at once, sync for at the sync."),
            StorageSetting.number(
                    MAX_BYTES,
                    Long.MAX_VALUE,
                    1,
                    Long.MAX_VALUE,
                    "Bytes of batches that fit; above it appends are refused as on a full disk."));

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
        StorageProperties settings = new StorageProperties(SETTINGS, context.properties());
        String readable = settings.text(READABLE);
        ReadableAt at = switch (readable) {
            case "append" -> ReadableAt.AT_APPEND;
            case "sync" -> ReadableAt.AT_SYNC;
            default -> throw StorageProperties.wrong(READABLE, readable, "append or sync");
        };
        return new MemoryStorage(at, context.clock(), BatchKeeper.BYTES, settings.number(MAX_BYTES));
    }
}
