// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.record.BatchHeader;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.ring.RingEntry;
import io.varve.file.segment.LogScan;
import io.varve.file.segment.SoundCopy;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The batches of one entry of a ring, compared with what the log has in their place. */
final class ReplayedBatches {
    private final RingEntry entry;
    private final ByteBuffer bytes;
    private final long firstOffset;
    private final long nextOffset;

    /** @throws IOException if the entry has anything but whole sound batches of its segment */
    ReplayedBatches(RingEntry entry) throws IOException {
        this.entry = entry;
        this.bytes = entry.bytes();
        long next = entry.base();
        for (int at = 0; at < bytes.limit(); ) {
            int size = SoundCopy.soundAt(bytes, at, bytes.limit());
            if (size == 0 || BatchHeader.baseOffset(bytes, at) < next) {
                throw new IOException(
                        "an entry of the ring for byte " + entry.position() + " of segment " + entry.base() + " of "
                                + entry.id() + " has no sound batch of offset " + next + " or above at its byte " + at);
            }
            next = BatchHeader.nextOffset(bytes, at);
            at += size;
        }
        this.firstOffset = bytes.limit() == 0 ? next : BatchHeader.baseOffset(bytes, 0);
        this.nextOffset = next;
    }

    /** @return first offset of the first batch */
    long firstOffset() {
        return firstOffset;
    }

    /** @return offset after the last batch */
    long nextOffset() {
        return nextOffset;
    }

    /**
     * @param there what the log has in the entry's place
     * @return bytes of the whole batches, from the first on, that are the same there
     */
    int sameIn(ByteBuffer there) {
        int same = 0;
        while (same < bytes.limit()) {
            int size = BatchHeader.sizeInBytes(bytes, same);
            if (same + size > there.limit() || !there.slice(same, size).equals(bytes.slice(same, size))) {
                break;
            }
            same += size;
        }
        return same;
    }

    /** @return true if the log has another sound batch than the entry at a byte of the entry */
    boolean otherSoundIn(UninterruptibleFile log, int at) throws IOException {
        long maxOffset = entry.base() + Integer.MAX_VALUE;
        return new LogScan(log, log.size()).soundAt(entry.position() + (long) at, entry.base(), maxOffset) > 0;
    }
}
