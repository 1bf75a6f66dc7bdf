// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.StorageException;
import io.varve.s3.client.DamagedReads;
import io.varve.s3.client.ObjectStore;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Reads an object of the manifest, and again if its bytes were damaged on their way. What arrives damaged
 * three times alike, or each time, is for the caller to report. Stateless.
 */
final class RepeatedGet {
    private static final int MAX_TRIES = 10;

    private RepeatedGet() {}

    /**
     * @param magic what a sound object begins with
     * @return the object; empty if it does not exist
     * @throws io.varve.s3.client.ObjectStoreException if the bucket cannot be read
     */
    static Optional<ByteBuffer> read(ObjectStore store, String key, int magic) {
        DamagedReads damaged = new DamagedReads();
        while (true) {
            Optional<ByteBuffer> object = store.get(key);
            if (isFinal(object, key, magic, damaged)) {
                return object;
            }
        }
    }

    /** As {@link #read}, for a caller that does not wait. @return completed with what it returns or throws */
    static CompletableFuture<Optional<ByteBuffer>> readAsync(ObjectStore store, String key, int magic) {
        return readAsync(store, key, magic, new DamagedReads());
    }

    private static CompletableFuture<Optional<ByteBuffer>> readAsync(
            ObjectStore store, String key, int magic, DamagedReads damaged) {
        return store.getAsync(key)
                .thenCompose(object -> isFinal(object, key, magic, damaged)
                        ? CompletableFuture.completedFuture(object)
                        : readAsync(store, key, magic, damaged));
    }

    private static boolean isFinal(Optional<ByteBuffer> object, String key, int magic, DamagedReads damaged) {
        return object.isEmpty()
                || isSound(object.get(), key, magic)
                || damaged.isStored(object.get())
                || damaged.count() == MAX_TRIES;
    }

    private static boolean isSound(ByteBuffer object, String key, int magic) {
        try {
            CheckedBytes.check(new ManifestInput(object, key), magic);
            return true;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            return false;
        }
    }
}
