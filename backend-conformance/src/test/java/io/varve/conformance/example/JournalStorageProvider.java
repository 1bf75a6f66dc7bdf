// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;

/** {@code storage.backend=journal} */
public final class JournalStorageProvider implements StorageProvider {
    @Override
    public String name() {
        return "journal";
    }

    @Override
    public Storage open(StorageContext context) {
        return new JournalStorage(context);
    }
}
