// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Snapshots;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Stores the end of a partition's clean part, in a blob named {@code cleaner} at that offset. If the blob is
 * lost, the partition is cleaned again.
 *
 * <pre>
 *  0 version    int16   1
 *  2 crc        uint32  CRC-32C of everything after it
 *  6 cleanedTo  int64   end of the clean part, exclusive; also the blob's offset
 * </pre>
 */
final class CleanerCheckpoint {
    static final String NAME = "cleaner";
    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int OFFSET_AT = 6;
    private static final int BYTES = 14;

    private CleanerCheckpoint() {}

    /**
     * @return end of the clean part, exclusive, where the next cleaning begins; the partition's start when it
     *     is unknown
     */
    static long read(PartitionStore store) {
        Extent extent = store.extent();
        Optional<Snapshots.Snapshot> newest = store.snapshots().newest(NAME, extent.readableEnd());
        if (newest.isEmpty() || !isSound(newest.get())) {
            return extent.start();
        }
        return Math.max(newest.get().offset(), extent.start());
    }

    private static boolean isSound(Snapshots.Snapshot snapshot) {
        ByteBuffer bytes = snapshot.bytes().slice();
        return bytes.remaining() == BYTES
                && bytes.getShort(0) == VERSION
                && bytes.getInt(CRC_AT) == crc(bytes)
                && bytes.getLong(OFFSET_AT) == snapshot.offset();
    }

    static void write(PartitionStore store, long cleanedTo) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putShort(0, VERSION).putLong(OFFSET_AT, cleanedTo);
        bytes.putInt(CRC_AT, crc(bytes));
        Snapshots snapshots = store.snapshots();
        snapshots.write(NAME, cleanedTo, bytes);
        for (long offset : snapshots.offsets(NAME)) {
            if (offset != cleanedTo) {
                snapshots.delete(NAME, offset);
            }
        }
    }

    private static int crc(ByteBuffer bytes) {
        return Crc32c.of(bytes, OFFSET_AT, BYTES - OFFSET_AT);
    }
}
