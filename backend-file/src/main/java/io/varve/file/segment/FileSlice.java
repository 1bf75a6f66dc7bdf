// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.PooledFile;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * Gives a reader a region of a segment's log, and keeps the file open until it is closed. Not thread-safe.
 */
public final class FileSlice implements BatchSlice {
    /** The slice without bytes. */
    public static final BatchSlice EMPTY = new FileSlice(null, null, 0, 0);

    private PooledFile file;
    private final UninterruptibleFile open;
    private final int position;
    private final int length;

    /** Takes over one use of the file, which {@link #close} ends. */
    FileSlice(PooledFile file, UninterruptibleFile open, int position, int length) {
        this.file = file;
        this.open = open;
        this.position = position;
        this.length = length;
    }

    @Override
    public int sizeInBytes() {
        return length;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        try {
            return length == 0 ? Optional.empty() : Optional.of(new FileRegion(open.channel(), position, length));
        } catch (IOException e) {
            throw Disk.readFailure("opening", file.path(), e);
        }
    }

    @Override
    public ByteBuffer buffer() {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        if (length > 0) {
            try {
                if (Disk.read(open, bytes, position) < length) {
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
    public void copy(int from, ByteBuffer into) {
        int wanted = into.remaining();
        Objects.checkFromIndexSize(from, wanted, length);
        try {
            if (Disk.read(open, into, position + (long) from) < wanted) {
                throw new StorageException(
                        StorageException.Kind.CORRUPT,
                        file.path() + " ends before byte " + (position + (long) from + wanted));
            }
        } catch (IOException e) {
            throw Disk.readFailure("reading " + wanted + " bytes at " + (position + from), file.path(), e);
        }
    }

    @Override
    public void load() {
        if (length > 0) {
            try {
                open.load(position, length);
            } catch (IOException e) {
                throw Disk.readFailure("reading " + length + " bytes at " + position, file.path(), e);
            }
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.release();
            file = null;
        }
    }
}
