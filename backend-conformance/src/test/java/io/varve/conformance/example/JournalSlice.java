// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Bytes in the heap: nothing to give back, nothing that could change. */
record JournalSlice(ByteBuffer bytes) implements BatchSlice {
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
        return bytes.asReadOnlyBuffer();
    }

    @Override
    public void close() {}
}
