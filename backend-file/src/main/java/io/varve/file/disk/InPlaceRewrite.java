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
 * Writes bytes of a file once more, as they are, in place. After a device has failed to take them, the system
 * has them in memory and calls them written. Most file systems write them again when they are changed in
 * memory. So does ext4, but it may go on taking the blocks for never written, and read zeros from them later.
 * So the bytes are written past the page cache where that is possible, and the device's answer comes at once;
 * they are durable when the file is forced afterwards. Only while the file is in use nowhere else.
 */
public final class InPlaceRewrite {
    private static final Logger LOG = LoggerFactory.getLogger(InPlaceRewrite.class);

    private static final int CHUNK = 1 << 20;
    /**
     * At least a page: what is written past the page cache must begin and end with one of the device's
     * blocks.
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
     * @param path the file
     * @param open the same
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

    /** @return the file past the page cache, or null where there is no such thing */
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
