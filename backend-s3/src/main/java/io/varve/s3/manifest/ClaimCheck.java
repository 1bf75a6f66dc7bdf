// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

/** Decides whether a server may claim the storage. */
@FunctionalInterface
public interface ClaimCheck {
    /**
     * Called before the claim is written; again if another server claimed meanwhile.
     *
     * @param found the state so far, with its last owner
     * @throws io.varve.core.spi.StorageException if the storage must not be claimed; goes to the caller
     */
    void check(ManifestView found);
}
