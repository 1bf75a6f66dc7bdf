// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;

/** {@code storage.backend=memory}: every open starts empty, and nothing outlives the process. */
public final class MemoryStorageProvider implements StorageProvider {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Storage open(StorageContext context) {
        return new MemoryStorage();
    }
}
