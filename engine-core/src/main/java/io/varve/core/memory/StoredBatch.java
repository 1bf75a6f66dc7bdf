// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import java.nio.ByteBuffer;

/** Holds one whole batch, with offsets assigned. Immutable, thread-safe. */
public interface StoredBatch {
    /** @return offset of the first record */
    long base();

    /** @return offset after the last record, exclusive */
    long next();

    /** @return largest timestamp in ms since the epoch, or -1 */
    long maxTimestamp();

    /** @return number of bytes */
    int size();

    /** @return the batch as it was appended; read-only, from position to limit; not shared */
    ByteBuffer bytes();

    /**
     * Copies a part of the batch.
     *
     * @param from index of the first byte, 0 or more
     * @param into filled up to its limit; the batch must have as many bytes from {@code from} on
     */
    default void copy(int from, ByteBuffer into) {
        ByteBuffer all = bytes();
        into.put(all.slice(all.position() + from, into.remaining()));
    }
}
