// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Batches in memory, as a storage without files returns them. There is nothing to give back.
 *
 * @param bytes the batches, from its position to its limit
 */
public record BufferSlice(ByteBuffer bytes) implements BatchSlice {
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
