// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.start;

import io.varve.core.log.PartitionLog;
import io.varve.core.spi.Snapshots;
import java.nio.ByteBuffer;
import org.apache.kafka.common.internals.Topic;

/**
 * Notes where a coordinator's log may begin, in a blob named {@code known-start} bound to that offset. A log
 * that begins later has lost its first segments: storages take what is left for the log, and say so once.
 * Stateless.
 *
 * <pre>
 *  0 version    int16   1
 *  2 start      int64   the lowest offset kept; also the blob's offset
 * </pre>
 */
public final class KnownStart {
    private static final String NAME = "known-start";
    private static final short VERSION = 1;
    private static final int BYTES = 10;

    private KnownStart() {}

    /**
     * Tells whether a log begins where it may. Without a note that is at offset 0: nothing else deletes
     * records of these topics. The share coordinator did so before this blob existed; retention does so where
     * the topic's policy says so.
     */
    public static boolean isWhole(PartitionLog log) {
        long start = log.logStartOffset();
        if (start == 0 || log.config().retention().delete()) {
            return true;
        }
        long known = read(log);
        return known < 0 ? isPruned(log) : start <= known;
    }

    private static boolean isPruned(PartitionLog log) {
        return log.id().topic().equals(Topic.SHARE_GROUP_STATE_TOPIC_NAME);
    }

    /** @return the noted offset; below 0 if there is none, or the note is damaged */
    private static long read(PartitionLog log) {
        return log.snapshots()
                .newest(NAME, Long.MAX_VALUE)
                .map(Snapshots.Snapshot::bytes)
                .filter(bytes -> bytes.remaining() == BYTES && bytes.getShort(bytes.position()) == VERSION)
                .map(bytes -> bytes.getLong(bytes.position() + Short.BYTES))
                .orElse(-1L);
    }

    /** Notes where a log begins that was loaded, if a later load could not tell it. */
    public static void loaded(PartitionLog log) {
        long start = log.logStartOffset();
        if ((start > 0 || isPruned(log)) && read(log) != start) {
            write(log, start);
        }
    }

    /**
     * Notes that a log may begin at an offset. Call before the records below it are deleted.
     *
     * @param start the offset, 0 or more
     * @throws io.varve.core.spi.StorageException FENCED, FULL, CLOSED
     */
    public static void write(PartitionLog log, long start) {
        Snapshots snapshots = log.snapshots();
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).putShort(0, VERSION).putLong(Short.BYTES, start);
        snapshots.write(NAME, start, bytes);
        for (long older : snapshots.offsets(NAME)) {
            if (older != start) {
                snapshots.delete(NAME, older);
            }
        }
    }
}
