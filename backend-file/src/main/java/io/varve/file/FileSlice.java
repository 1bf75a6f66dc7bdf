// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** A region of a segment's log. Holds the file open until it is closed. */
final class FileSlice implements BatchSlice {
    /** Nothing to read. */
    static final BatchSlice EMPTY = new FileSlice(null, null, 0, 0);

    private PooledFile file;
    private final FileChannel channel;
    private final int position;
    private final int length;

    /** Takes over one use of the file. */
    FileSlice(PooledFile file, FileChannel channel, int position, int length) {
        this.file = file;
        this.channel = channel;
        this.position = position;
        this.length = length;
    }

    @Override
    public int sizeInBytes() {
        return length;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return length == 0 ? Optional.empty() : Optional.of(new FileRegion(channel, position, length));
    }

    @Override
    public ByteBuffer buffer() {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        if (length > 0) {
            try {
                if (Disk.read(channel, bytes, position) < length) {
                    throw new StorageException(
                            StorageException.Kind.CORRUPT,
                            file.path() + " ends before byte " + (position + (long) length));
                }
            } catch (IOException e) {
                throw Disk.readFailure("reading " + length + " bytes at " + position, file.path(), e);
            }
        }
        return bytes.flip().asReadOnlyBuffer();
    }

    @Override
    public void close() {
        if (file != null) {
            file.release();
            file = null;
        }
    }
}
