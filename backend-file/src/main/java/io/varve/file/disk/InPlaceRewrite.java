// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes bytes of a file again, unchanged, in place.
 *
 * <p>When a device has failed to take bytes, the system still has them in memory and calls them written. Most
 * file systems write them again when they are changed in memory. So does ext4, but it may still treat the
 * blocks as never written, and read zeros from them later. Therefore the bytes are written past the page
 * cache where that is possible, and the device answers at once. They are durable when the file is forced
 * afterwards. No other thread may use the file meanwhile.
 */
public final class InPlaceRewrite {
    private static final int CHUNK = 1 << 20;
    /**
     * Bytes of a page. A write past the page cache must begin and end at a boundary of the device's blocks.
     */
    private static final long MIN_BLOCK = 4096;

    private final UninterruptibleFile from;
    private final UninterruptibleFile to;
    private final long block;

    private InPlaceRewrite(UninterruptibleFile from, UninterruptibleFile to, long block) {
        this.from = from;
        this.to = to;
        this.block = block;
    }

    /**
     * Rewrites a range of a file.
     *
     * @param path the file
     * @param open the same file, open
     * @param start first byte
     * @param end exclusive, not beyond the end of the file
     */
    public static void bytes(Path path, UninterruptibleFile open, long start, long end) throws IOException {
        long block = Math.max(MIN_BLOCK, DirectAccess.unit(path));
        UninterruptibleFile direct =
                block > CHUNK ? null : DirectAccess.open(path, (int) block, StandardOpenOption.WRITE);
        if (direct == null) {
            new InPlaceRewrite(open, open, 1).write(start, end);
            return;
        }
        try (direct) {
            new InPlaceRewrite(open, direct, block).write(start, end);
        }
    }

    private void write(long start, long end) throws IOException {
        long size = from.size();
        long maxBytes = CHUNK - CHUNK % block;
        long at = start - start % block;
        ByteBuffer chunk = DirectAccess.buffer((int) Math.min(maxBytes, roundedUp(end - at)), (int) block);
        while (at < end) {
            long wanted = Math.min(maxBytes, roundedUp(end - at));
            chunk.clear().limit((int) Math.min(wanted, size - at));
            if (Disk.read(from, chunk, at) < chunk.limit()) {
                throw new IOException("the file has become shorter than " + size + " bytes");
            }
            chunk.limit((int) wanted);
            while (chunk.hasRemaining()) {
                chunk.put((byte) 0);
            }
            Disk.writeFully(to, chunk.flip(), at);
            at += wanted;
        }
        if (at > size) {
            from.truncate(size);
        }
    }

    private long roundedUp(long bytes) {
        return (bytes + block - 1) / block * block;
    }
}
