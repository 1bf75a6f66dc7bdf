// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Claims a storage, and commits one segment after another to its own partition, some at the same time. */
final class RacingOwner {
    private static final int AT_ONCE = 3;

    private final ManifestOwners owners;
    private final ObjectStore store;
    private final PartitionId id;
    private final int segments;
    private int committed;
    private boolean fenced;
    private Throwable failure;

    RacingOwner(ManifestOwners owners, ObjectStore store, int number, int segments) {
        this.owners = owners;
        this.store = store;
        this.id = RandomEdits.partition(number);
        this.segments = segments;
    }

    void run() {
        try {
            ManifestLog log = claim();
            for (int base = 0; base < segments && !fenced; base += AT_ONCE) {
                CompletableFuture<?>[] commits = new CompletableFuture<?>[AT_ONCE];
                for (int i = 0; i < AT_ONCE; i++) {
                    commits[i] = log.commit(ManifestOwners.next(id, base + i));
                }
                for (CompletableFuture<?> commit : commits) {
                    take(commit);
                }
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private ManifestLog claim() {
        for (int tries = 0; ; tries++) {
            try {
                return owners.claim(store);
            } catch (ObjectStoreException e) {
                if (tries == 20) {
                    throw e;
                }
            }
        }
    }

    private void take(CompletableFuture<?> commit) {
        try {
            commit.orTimeout(60, TimeUnit.SECONDS).join();
            if (fenced) {
                throw new AssertionError("a commit succeeded after one that was fenced");
            }
            committed++;
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof StorageException cause) || cause.kind() != StorageException.Kind.FENCED) {
                throw e;
            }
            fenced = true;
        }
    }

    PartitionId id() {
        return id;
    }

    int committed() {
        return committed;
    }

    boolean fenced() {
        return fenced;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public String toString() {
        return id + ": " + committed + " committed" + (fenced ? ", then fenced" : "");
    }
}
