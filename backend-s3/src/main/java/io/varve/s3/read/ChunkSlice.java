// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Gives a reader a part of a chunk in memory, and keeps the chunk until it is closed. */
final class ChunkSlice implements BatchSlice {
    private final DecodedChunk chunk;
    private final int from;
    private final int length;
    private final AtomicLong pinned;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * Takes over one use of the chunk, which {@link #close} ends.
     *
     * @param pinned bytes of memory that open slices keep, about
     */
    ChunkSlice(DecodedChunk chunk, int from, int length, AtomicLong pinned) {
        this.chunk = chunk;
        this.from = from;
        this.length = length;
        this.pinned = pinned;
        pinned.addAndGet(chunk.capacity());
    }

    @Override
    public int sizeInBytes() {
        return length;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.empty();
    }

    @Override
    public ByteBuffer buffer() {
        if (!open.get()) {
            throw new IllegalStateException("slice of chunk " + chunk.key() + " was closed");
        }
        return chunk.bytes().slice(from, length);
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            pinned.addAndGet(-chunk.capacity());
            chunk.release();
        }
    }
}
