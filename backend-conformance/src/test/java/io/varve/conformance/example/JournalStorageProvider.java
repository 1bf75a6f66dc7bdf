// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;

/** {@code storage.backend=journal} */
public class JournalStorageProvider implements StorageProvider {
    private final boolean writesAgain;

    /** The example as it should be. */
    public JournalStorageProvider() {
        this(true);
    }

    /**
     * @param writesAgain false for one that believes at a start what a failed sync may have left; mutants do
     */
    protected JournalStorageProvider(boolean writesAgain) {
        this.writesAgain = writesAgain;
    }

    @Override
    public String name() {
        return "journal";
    }

    @Override
    public Storage open(StorageContext context) {
        return new JournalStorage(context, writesAgain);
    }
}
