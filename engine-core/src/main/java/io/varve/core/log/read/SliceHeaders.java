// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;

/** Reads the batch headers of a slice. Of a slice in a file it reads little more than those. Stateless. */
public final class SliceHeaders {
    /** Bytes read of a file at a time: large batches cost one read each, many small ones share one. */
    private static final int WINDOW = 8 << 10;

    /** Receives the headers of a slice. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param header holds the header of a batch; valid during the call
         * @param at index of the header's first byte, for {@link BatchHeader}
         * @param position index of the batch's first byte in the slice
         * @return false to end the visit
         */
        boolean visit(ByteBuffer header, int at, int position);
    }

    private SliceHeaders() {}

    /**
     * @param slice whole batches, or none; not closed yet
     * @param visitor gets the headers, in the order of the batches
     * @throws StorageException CORRUPT if a header's length cannot be one, or as {@link BatchSlice#copy}
     */
    public static void forEach(BatchSlice slice, Visitor visitor) {
        if (slice.sizeInBytes() == 0) {
            return;
        }
        if (slice.fileRegion().isPresent()) {
            inFile(slice, visitor);
        } else {
            inMemory(slice.buffer(), visitor);
        }
    }

    private static void inMemory(ByteBuffer bytes, Visitor visitor) {
        int at = bytes.position();
        while (at + BatchHeader.SIZE <= bytes.limit() && visitor.visit(bytes, at, at - bytes.position())) {
            at += step(bytes, at);
        }
    }

    private static void inFile(BatchSlice slice, Visitor visitor) {
        int length = slice.sizeInBytes();
        ByteBuffer window = ByteBuffer.allocate(Math.min(WINDOW, length));
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
            if (!visitor.visit(window, inWindow, (int) at)) {
                return;
            }
            at += step(window, inWindow);
        }
    }

    private static int step(ByteBuffer bytes, int at) {
        int size = BatchHeader.sizeInBytes(bytes, at);
        if (size < BatchHeader.SIZE) {
            throw new StorageException(StorageException.Kind.CORRUPT, "a batch claims to have " + size + " bytes");
        }
        return size;
    }
}
