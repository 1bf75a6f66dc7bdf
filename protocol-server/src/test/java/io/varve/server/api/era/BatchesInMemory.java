// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Batches in memory, as a storage without files returns them. */
record BatchesInMemory(ByteBuffer bytes) implements BatchSlice {
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
