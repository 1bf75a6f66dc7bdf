// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives a reader a region of a file of the cache. The channel is its own, so that an interrupted thread
 * closes no other slice's; it stays readable when the file is evicted.
 */
final class CacheFileSlice implements BatchSlice {
    private final Path file;
    private final FileChannel channel;
    private final int from;
    private final int length;
    private final Runnable onClose;
    private final Runnable onFailure;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * Takes over the channel.
     *
     * @param onFailure drops the file from the cache, since it cannot be read
     */
    CacheFileSlice(Path file, FileChannel channel, int from, int length, Runnable onClose, Runnable onFailure) {
        this.file = file;
        this.channel = channel;
        this.from = from;
        this.length = length;
        this.onClose = onClose;
        this.onFailure = onFailure;
    }

    @Override
    public int sizeInBytes() {
        return length;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.of(new FileRegion(channel, from, length));
    }

    @Override
    public ByteBuffer buffer() {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        copy(0, bytes);
        return bytes.flip().asReadOnlyBuffer();
    }

    @Override
    public void copy(int start, ByteBuffer into) {
        Objects.checkFromIndexSize(start, into.remaining(), length);
        long at = from + (long) start;
        try {
            while (into.hasRemaining()) {
                int read = channel.read(into, at);
                if (read < 0) {
                    throw new IOException("the file ends at byte " + at);
                }
                at += read;
            }
        } catch (IOException e) {
            onFailure.run();
            throw new StorageException(
                    StorageException.Kind.RETRY, "cannot read " + file + "; the next read asks the bucket", e);
        }
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            try {
                channel.close();
            } catch (IOException e) {
                onFailure.run();
            } finally {
                onClose.run();
            }
        }
    }
}
