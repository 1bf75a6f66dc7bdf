// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens files that are written past the page cache (O_DIRECT), where the platform can do that. Stateless. */
public final class DirectAccess {
    private static final Logger LOG = LoggerFactory.getLogger(DirectAccess.class);

    private DirectAccess() {}

    /**
     * Opens an existing file. Positions and lengths of its reads and writes must be multiples of the block,
     * and buffers must be {@link #buffer}s.
     *
     * @param block bytes of a block
     * @return the open file, or null where the platform cannot do that with such blocks
     */
    public static UninterruptibleFile open(Path path, int block, OpenOption... options) throws IOException {
        long unit = unit(path);
        if (unit == 0 || block % unit != 0) {
            return null;
        }
        OpenOption[] direct = Arrays.copyOf(options, options.length + 1);
        direct[options.length] = ExtendedOpenOption.DIRECT;
        try {
            return UninterruptibleFile.open(path, direct);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("{} cannot be written past the page cache", path, e);
            return null;
        }
    }

    /** @return bytes of a block of its file system; 0 where the JDK does not find that, as in a chroot */
    static long unit(Path path) {
        try {
            return Files.getFileStore(path).getBlockSize();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("The file system of {} is not found", path, e);
            return 0;
        }
    }

    /** @return a buffer whose memory begins at a multiple of the block; {@code bytes} is a multiple too */
    public static ByteBuffer buffer(int bytes, int block) {
        return ByteBuffer.allocateDirect(bytes + block).alignedSlice(block).slice(0, bytes);
    }
}
