// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.support.StorageProperties;

/**
 * {@code storage.backend=memory}: every open starts empty, and nothing outlives the process. {@code memory.readable=sync} makes appends
 * readable no sooner than the sync, for tests of whoever has to cope with that.
 */
public final class MemoryStorageProvider implements StorageProvider {
    private static final String READABLE = "memory.readable";

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Storage open(StorageContext context) {
        String readable = new StorageProperties(context.properties()).text(READABLE, "append");
        return switch (readable) {
            case "append" -> new MemoryStorage(ReadableAt.AT_APPEND, context.clock());
            case "sync" -> new MemoryStorage(ReadableAt.AT_SYNC, context.clock());
            default -> throw StorageProperties.wrong(READABLE, readable, "append or sync");
        };
    }
}
