// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.record.BatchHeader;
import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Copies batches out of a log, and verifies them. A device may have refused pages that the system wrote back
 * by itself, and what the system then reads in their place must not be taken for the batches. Stateless.
 */
public final class SoundCopy {
    private SoundCopy() {}

    /**
     * Copies batches.
     *
     * @param from first byte in the segment's log, where a batch begins
     * @param into gets as many bytes as it has space for
     * @return false if they are not whole sound batches
     */
    public static boolean read(FileSegment segment, int from, ByteBuffer into) throws IOException {
        UninterruptibleFile open = segment.log().acquire();
        try {
            if (Disk.read(open, into, from) < into.limit()) {
                return false;
            }
        } finally {
            segment.log().release();
        }
        int at = 0;
        while (at < into.limit()) {
            int size = soundAt(into, at, into.limit());
            if (size == 0) {
                return false;
            }
            at += size;
        }
        return true;
    }

    /** @return bytes of the sound batch at an index of a buffer, or 0 when there is none */
    public static int soundAt(ByteBuffer bytes, int at, int end) {
        if (end - at < BatchHeader.SIZE || BatchHeader.magic(bytes, at) != BatchHeader.MAGIC) {
            return 0;
        }
        int size = BatchHeader.sizeInBytes(bytes, at);
        boolean sound = size >= BatchHeader.SIZE
                && size <= end - at
                && BatchHeader.computeCrc(bytes, at) == BatchHeader.crc(bytes, at);
        return sound ? size : 0;
    }
}
