// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import java.nio.ByteBuffer;

/**
 * Keeps a batch of an append in memory: as a copy of its bytes, or as anything from which the same bytes can
 * be made again. Thread-safe.
 */
@FunctionalInterface
public interface BatchKeeper {
    /** Keeps the bytes. */
    BatchKeeper BYTES = HeapBatch::copy;

    /**
     * @param run whole batches; not to be kept after the return, nor changed
     * @param at index of the batch's first byte
     * @param size number of its bytes
     * @return the batch, to be read at any later time
     */
    StoredBatch keep(ByteBuffer run, int at, int size);
}
