// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;

/**
 * Finds the offset where the batches of a slice end, by their headers alone: it reads no whole file into
 * memory. Stateless.
 */
final class SliceEndOffset {
    /**
     * Bytes of one read: holds the headers of many small batches, and costs little where batches are large.
     */
    private static final int WINDOW = 8 << 10;

    private SliceEndOffset() {}

    /**
     * @param slice whole batches
     * @param from the answer when the slice is empty
     * @return offset after the last record
     */
    static long of(BatchSlice slice, long from) {
        if (slice.sizeInBytes() == 0) {
            return from;
        }
        return slice.fileRegion().isPresent() ? inFile(slice, from) : inMemory(slice.buffer(), from);
    }

    private static long inMemory(ByteBuffer bytes, long from) {
        long end = from;
        int at = bytes.position();
        while (at + BatchHeader.SIZE <= bytes.limit()) {
            end = BatchHeader.nextOffset(bytes, at);
            at += step(bytes, at);
        }
        return end;
    }

    private static long inFile(BatchSlice slice, long from) {
        int length = slice.sizeInBytes();
        ByteBuffer window = ByteBuffer.allocate(Math.min(WINDOW, length));
        long end = from;
        long at = 0;
        long windowAt = 0;
        window.limit(0);
        while (at + BatchHeader.SIZE <= length) {
            if (at - windowAt + BatchHeader.SIZE > window.limit()) {
                windowAt = at;
                window.clear().limit((int) Math.min(window.capacity(), length - at));
                slice.copy((int) at, window);
                window.flip();
            }
            int inWindow = (int) (at - windowAt);
            end = BatchHeader.nextOffset(window, inWindow);
            at += step(window, inWindow);
        }
        return end;
    }

    private static int step(ByteBuffer bytes, int at) {
        int size = BatchHeader.sizeInBytes(bytes, at);
        if (size < BatchHeader.SIZE) {
            throw new StorageException(StorageException.Kind.CORRUPT, "a batch claims to have " + size + " bytes");
        }
        return size;
    }
}
