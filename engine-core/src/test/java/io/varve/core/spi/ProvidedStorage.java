// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Opens a storage that a test has already.
 *
 * @param storage the storage
 */
public record ProvidedStorage(Storage storage) implements StorageProvider {
    @Override
    public String name() {
        return "provided";
    }

    @Override
    public Storage open(StorageContext context) {
        return storage;
    }
}
