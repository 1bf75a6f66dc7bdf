// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Holds batches copied out of the environment, in a read buffer that is released when this is closed. */
final class LmdbSlice implements BatchSlice {
    /** Nothing to read. */
    static final LmdbSlice EMPTY = new LmdbSlice(null, ByteBuffer.allocate(0));

    private final ReadBuffers home;
    private ByteBuffer bytes;

    /** Takes over a buffer of {@code home}, ready to be read. */
    LmdbSlice(ReadBuffers home, ByteBuffer bytes) {
        this.home = home;
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
        if (home != null && bytes != EMPTY.bytes) {
            home.release(bytes);
            bytes = EMPTY.bytes;
        }
    }
}
