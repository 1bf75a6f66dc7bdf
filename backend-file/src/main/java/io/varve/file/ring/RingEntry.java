// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import io.varve.core.spi.PartitionId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * One entry of a frame: bytes of a segment's log, or the mark that older entries of the partition no longer
 * count.
 *
 * <pre>
 *  0 kind          int8    1: bytes, 2: older entries no longer count
 *  1 partition     int32
 *  5 topicId       16 bytes
 * 21 topicLength   int16
 * 23 topic         UTF-8, topicLength bytes
 *    only of kind 1:
 *    base          int64   base offset of the segment
 *    position      int32   of the first byte in the segment's log
 *    lastAppendMs  int64   when the segment was last appended to, ms since the epoch
 *    length        int32
 *    bytes         whole batches, length bytes
 * </pre>
 *
 * @param id the partition
 * @param base base offset of the segment
 * @param position first byte in the segment's log
 * @param lastAppendMs when the segment was last appended to, in ms since the epoch, or -1
 * @param bytes whole batches; null for the mark
 */
public record RingEntry(PartitionId id, long base, int position, long lastAppendMs, ByteBuffer bytes) {
    static final byte BYTES = 1;
    static final byte FORGET = 2;
    /** Bytes of an entry's fixed fields, with those between the topic and the batches. */
    static final int FIXED = 23 + Long.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES;

    /** @return true for the mark that older entries of the partition no longer count */
    public boolean isForget() {
        return bytes == null;
    }

    /** @return the fields that name a partition, as they are in each of its entries */
    public static byte[] nameOf(PartitionId id) {
        byte[] topic = id.topic().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(22 + topic.length)
                .putInt(id.partition())
                .putLong(id.topicId().getMostSignificantBits())
                .putLong(id.topicId().getLeastSignificantBits())
                .putShort((short) topic.length)
                .put(topic)
                .array();
    }

    /**
     * Reads the entry at a buffer's position, and moves the position behind it.
     *
     * @throws IllegalArgumentException if it is no entry
     */
    static RingEntry read(ByteBuffer from) {
        try {
            byte kind = from.get();
            int partition = from.getInt();
            UUID topicId = new UUID(from.getLong(), from.getLong());
            byte[] topic = new byte[requireWithin(from, from.getShort())];
            from.get(topic);
            PartitionId id = new PartitionId(new String(topic, StandardCharsets.UTF_8), topicId, partition);
            if (kind == FORGET) {
                return new RingEntry(id, 0, 0, -1, null);
            }
            if (kind != BYTES) {
                throw new IllegalArgumentException("an entry of kind " + kind);
            }
            long base = from.getLong();
            int position = from.getInt();
            long lastAppendMs = from.getLong();
            int length = requireWithin(from, from.getInt());
            if (base < 0 || position < 0 || position > Integer.MAX_VALUE - length) {
                throw new IllegalArgumentException("an entry for byte " + position + " of segment " + base);
            }
            ByteBuffer bytes = from.slice(from.position(), length);
            from.position(from.position() + length);
            return new RingEntry(id, base, position, lastAppendMs, bytes);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("an entry is longer than its frame", e);
        }
    }

    private static int requireWithin(ByteBuffer from, int length) {
        if (length < 0 || length > from.remaining()) {
            throw new IllegalArgumentException("a length of " + length + " where " + from.remaining() + " are left");
        }
        return length;
    }
}
