// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.spi.BatchSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A slice that counts how often it is closed. */
final class TrackedSlice implements BatchSlice {
    private final ByteBuffer memory;
    private final FileRegion region;
    private final AtomicInteger closed = new AtomicInteger();

    private TrackedSlice(ByteBuffer memory, FileRegion region) {
        this.memory = memory;
        this.region = region;
    }

    static TrackedSlice ofMemory(ByteBuffer bytes) {
        return new TrackedSlice(bytes.asReadOnlyBuffer(), null);
    }

    static TrackedSlice ofFile(FileChannel channel, long position, int length) {
        return new TrackedSlice(null, new FileRegion(channel, position, length));
    }

    int timesClosed() {
        return closed.get();
    }

    @Override
    public int sizeInBytes() {
        return region == null ? memory.remaining() : region.length();
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.ofNullable(region);
    }

    @Override
    public ByteBuffer buffer() {
        if (region == null) {
            return memory.duplicate();
        }
        try {
            ByteBuffer bytes = ByteBuffer.allocate(region.length());
            region.channel().read(bytes, region.position());
            return bytes.flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }
}
