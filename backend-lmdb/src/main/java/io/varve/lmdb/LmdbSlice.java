// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Holds batches copied out of the environment, in a read buffer that is released when this is closed. */
final class LmdbSlice implements BatchSlice {
    /** The slice without bytes. */
    static final LmdbSlice EMPTY = new LmdbSlice(null, ByteBuffer.allocate(0));

    private final ReadBuffers owner;
    private ByteBuffer bytes;

    /**
     * Takes over a buffer that is ready to be read.
     *
     * @param owner the buffer's owner, to which {@link #close} releases it
     */
    LmdbSlice(ReadBuffers owner, ByteBuffer bytes) {
        this.owner = owner;
        this.bytes = bytes;
    }

    @Override
    public int sizeInBytes() {
        return bytes.limit();
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.empty();
    }

    @Override
    public ByteBuffer buffer() {
        return bytes.asReadOnlyBuffer();
    }

    @Override
    public void close() {
        if (owner != null && bytes != EMPTY.bytes) {
            owner.release(bytes);
            bytes = EMPTY.bytes;
        }
    }
}
