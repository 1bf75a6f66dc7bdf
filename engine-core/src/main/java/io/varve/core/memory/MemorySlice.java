// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Holds batches in memory; {@link #close} releases nothing. */
record MemorySlice(ByteBuffer bytes) implements BatchSlice {
    static final MemorySlice EMPTY = new MemorySlice(ByteBuffer.allocate(0).asReadOnlyBuffer());

    @Override
    public int sizeInBytes() {
        return bytes.remaining();
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.empty();
    }

    @Override
    public ByteBuffer buffer() {
        return bytes.duplicate();
    }

    @Override
    public void close() {}
}
