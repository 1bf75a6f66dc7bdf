// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.StorageException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for commits of the manifest. Stateless. */
final class Commits {
    private Commits() {}

    /**
     * Waits until a commit is in the bucket. An outage makes this wait; closing the manifest ends it.
     *
     * @param commit from {@link io.varve.s3.manifest.Manifest#commit}
     * @throws StorageException FENCED; CLOSED
     */
    static void await(CompletableFuture<Void> commit) {
        try {
            commit.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
