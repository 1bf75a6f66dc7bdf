// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Writes and reads keys and small values, as docs/formats/lmdb.md draws them. All numbers are big-endian: so
 * the order of keys is the order of numbers. Stateless.
 */
final class KeyCodec {
    /** The format of this version; a newer version may write a greater number. */
    static final int FORMAT = 1;

    static final int FORMAT_KEY = 0;
    static final int NEXT_NUMBER_KEY = 1;
    /** Max bytes of a key: LMDB's limit. */
    static final int MAX_KEY_BYTES = 511;
    /** Max bytes of a value that is neither a batch nor a snapshot; the longest is a partition's id. */
    static final int MAX_VALUE_BYTES = 512;

    private static final int PARTITION_AT = 2 * Long.BYTES;

    private KeyCodec() {}

    static ByteBuffer number(ByteBuffer into, int number) {
        return into.clear().putInt(number).flip();
    }

    static ByteBuffer at(ByteBuffer into, int number, long offset) {
        return into.clear().putInt(number).putLong(offset).flip();
    }

    static int numberOf(ByteBuffer key) {
        return key.getInt(key.position());
    }

    static long offsetOf(ByteBuffer key) {
        return key.getLong(key.position() + Integer.BYTES);
    }

    static ByteBuffer partition(ByteBuffer into, PartitionId id) {
        return into.clear()
                .putLong(id.topicId().getMostSignificantBits())
                .putLong(id.topicId().getLeastSignificantBits())
                .putInt(id.partition())
                .put(id.topic().getBytes(StandardCharsets.UTF_8))
                .flip();
    }

    static PartitionId partition(ByteBuffer value) {
        ByteBuffer from = value.duplicate();
        UUID topicId = new UUID(from.getLong(), from.getLong());
        int partition = from.getInt();
        partition = partition < 0 ? ~partition : partition;
        return new PartitionId(StandardCharsets.UTF_8.decode(from).toString(), topicId, partition);
    }

    /**
     * Writes the id of a partition that is set aside: the complement of its number, which is 0 or more, marks
     * it.
     */
    static ByteBuffer setAside(ByteBuffer into, PartitionId id) {
        partition(into, id);
        return into.putInt(PARTITION_AT, ~id.partition());
    }

    static boolean isSetAside(ByteBuffer value) {
        return value.getInt(value.position() + PARTITION_AT) < 0;
    }

    static ByteBuffer snapshot(ByteBuffer into, int number, String name, long offset) {
        return into.clear()
                .putInt(number)
                .put((byte) name.length())
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .putLong(offset)
                .flip();
    }

    static SnapshotKey snapshot(ByteBuffer key) {
        ByteBuffer from = key.duplicate().position(key.position() + Integer.BYTES);
        byte[] name = new byte[Byte.toUnsignedInt(from.get())];
        from.get(name);
        return new SnapshotKey(new String(name, StandardCharsets.US_ASCII), from.getLong());
    }
}
