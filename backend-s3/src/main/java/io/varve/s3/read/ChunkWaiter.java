// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.spi.StorageException;

/** Waits for a chunk. Called once, on a thread of the loader. */
interface ChunkWaiter {
    /**
     * Takes the chunk.
     *
     * @param chunk valid during the call; retained by who keeps it
     */
    void loaded(DecodedChunk chunk);

    /** Takes the failure instead. */
    void failed(StorageException failure);
}
