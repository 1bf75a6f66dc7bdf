// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/**
 * Makes data keys and keeps the keys that protect them, as a key management service does. The data key of an
 * object leaves it in two forms: plain, for the memory of this process, and wrapped, for the object.
 * Thread-safe; may block.
 */
public interface KeyWrapper {
    /** Size of a data key in bytes: AES-256. */
    int DATA_KEY_BYTES = 32;

    /**
     * Holds a new data key.
     *
     * @param plain {@value KeyWrapper#DATA_KEY_BYTES} random bytes; the caller's
     * @param wrapped the same, encrypted
     */
    record DataKey(byte[] plain, WrappedKey wrapped) {}

    /**
     * @return a new data key, different from every other
     * @throws io.varve.core.spi.StorageException RETRY if the service cannot be reached
     */
    DataKey generate();

    /**
     * @param wrapped from {@link #generate}, of this process or another
     * @return the data key, {@value #DATA_KEY_BYTES} bytes; the caller's
     * @throws io.varve.core.spi.StorageException RETRY if the service cannot be reached; CORRUPT if it does
     *     not know the key that wrapped it, or the wrapped bytes were changed
     */
    byte[] unwrap(WrappedKey wrapped);
}
