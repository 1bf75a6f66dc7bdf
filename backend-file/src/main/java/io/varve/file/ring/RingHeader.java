// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import io.varve.core.record.Crc32c;
import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The header of a ring, as {@link RingFile} draws it.
 *
 * @param epoch the frames of this epoch count; 0 when the ring is empty
 * @param size bytes of the file
 */
record RingHeader(long epoch, long size) {
    /** @return the header, or null if the file is absent or has no sound one */
    static RingHeader read(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(RingFile.HEADER);
        try (UninterruptibleFile open = UninterruptibleFile.open(path, StandardOpenOption.READ)) {
            Disk.read(open, bytes, 0);
        }
        boolean sound = !bytes.hasRemaining()
                && bytes.getInt(0) == RingFile.MAGIC
                && bytes.getInt(4) == RingFile.VERSION
                && bytes.getInt(24) == Crc32c.of(bytes, 0, 24);
        return sound ? new RingHeader(bytes.getLong(8), bytes.getLong(16)) : null;
    }
}
