// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Holds no batch. */
enum EmptySlice implements BatchSlice {
    INSTANCE;

    @Override
    public int sizeInBytes() {
        return 0;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.empty();
    }

    @Override
    public ByteBuffer buffer() {
        return ByteBuffer.allocate(0);
    }

    @Override
    public void close() {}
}
