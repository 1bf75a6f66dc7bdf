// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Scheduler;
import io.varve.s3.client.ObjectStore;

/** Reads the manifest without claiming the storage: for tools, also beside a running server. Stateless. */
public final class ManifestReader {
    private ManifestReader() {}

    /**
     * Loads the state as of now; later entries do not change it.
     *
     * @param store the storage's objects
     * @param scheduler runs the reads that go beside each other
     * @return the state
     * @throws io.varve.core.spi.StorageException CORRUPT if an entry is missing or damaged
     * @throws io.varve.s3.client.ObjectStoreException if the bucket cannot be read
     */
    public static ManifestView read(ObjectStore store, Scheduler scheduler) {
        return new ManifestLoad(store, scheduler).load().state();
    }
}
