// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(InPlaceRewrite.class);

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
        long block = Math.max(MIN_BLOCK, Files.getFileStore(path).getBlockSize());
        UninterruptibleFile direct = direct(path);
        if (direct == null || block > CHUNK) {
            new InPlaceRewrite(open, open, 1).write(start, end);
            return;
        }
        try (direct) {
            new InPlaceRewrite(open, direct, block).write(start, end);
        }
    }

    /** @return the file opened past the page cache, or null where the platform cannot do that */
    private static UninterruptibleFile direct(Path path) {
        try {
            return UninterruptibleFile.open(path, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("{} cannot be written past the page cache", path, e);
            return null;
        }
    }

    private void write(long start, long end) throws IOException {
        long size = from.size();
        ByteBuffer chunk = ByteBuffer.allocateDirect((int) (CHUNK + block)).alignedSlice((int) block);
        long maxBytes = CHUNK - CHUNK % block;
        long at = start - start % block;
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
