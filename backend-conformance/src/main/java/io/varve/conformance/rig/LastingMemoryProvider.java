// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;

/**
 * Opens a storage in memory that outlives its close: the next open goes on with what was durable. Not
 * thread-safe.
 */
public final class LastingMemoryProvider implements StorageProvider {
    private MemoryStorage storage;

    /** Stores nothing yet. */
    public LastingMemoryProvider() {}

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Storage open(StorageContext context) {
        storage = storage == null
                ? new MemoryStorage(ReadableAt.AT_APPEND, context.clock())
                : storage.crash(context.clock());
        return storage;
    }
}
