// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.varve.core.record.Crc32c;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.UUID;

/**
 * Describes a segment object as its last bytes do: enough to name it in a manifest again. Immutable.
 *
 * @param object id of the object
 * @param partition whose segment it is
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive
 * @param bytes bytes of its batches as appended
 * @param firstTimestamp max timestamp of its first batch in ms since the epoch, or -1
 * @param maxTimestamp largest timestamp in ms since the epoch, or -1
 * @param lastAppendMs time of its last append in ms since the epoch, or -1
 * @param indexPosition first byte of the index in the object
 * @param indexBytes bytes of the index
 * @param indexCrc CRC-32C of the index
 */
public record SegmentFooter(
        UUID object,
        PartitionId partition,
        long baseOffset,
        long endOffset,
        long bytes,
        long firstTimestamp,
        long maxTimestamp,
        long lastAppendMs,
        long indexPosition,
        int indexBytes,
        int indexCrc) {
    /** Last four bytes of an object: "VSGF". */
    static final int MAGIC = 0x56534746;

    private static final int FIXED_BYTES = 116;
    private static final int MAX_TOPIC = 249;

    /** Bytes at the end of an object within which every footer lies. */
    public static final int MAX_BYTES = FIXED_BYTES + MAX_TOPIC;

    /** @throws NullPointerException if the object or the partition is null */
    public SegmentFooter {
        Objects.requireNonNull(object, "object");
        Objects.requireNonNull(partition, "partition");
    }

    /** @return the footer's bytes in the object */
    ByteBuffer encode() {
        byte[] topic = partition.topic().getBytes(US_ASCII);
        ByteBuffer into = ByteBuffer.allocate(FIXED_BYTES + topic.length);
        into.put(topic);
        put(into, object);
        put(into, partition.topicId());
        into.putInt(partition.partition());
        into.putLong(baseOffset).putLong(endOffset).putLong(bytes);
        into.putLong(firstTimestamp).putLong(maxTimestamp).putLong(lastAppendMs);
        into.putLong(indexPosition).putInt(indexBytes).putInt(indexCrc);
        into.putInt(topic.length).putInt(SegmentFormat.VERSION);
        into.putInt(Crc32c.of(into, 0, into.position()));
        into.putInt(MAGIC);
        return into.flip();
    }

    /**
     * Reads the footer out of an object's last bytes.
     *
     * @param tail the last bytes of the object, from position to limit: the whole object, or at least
     *     {@link #MAX_BYTES}; not moved
     * @param objectBytes size of the object
     * @param where names the object in the message
     * @return the footer, whose index lies within the object
     * @throws StorageException CORRUPT if there is none
     */
    static SegmentFooter parse(ByteBuffer tail, long objectBytes, String where) {
        if (tail.remaining() < FIXED_BYTES) {
            throw corrupt(where, tail.remaining() + " bytes, a footer has at least " + FIXED_BYTES);
        }
        ByteBuffer fixed = tail.slice(tail.limit() - FIXED_BYTES, FIXED_BYTES);
        int magic = fixed.getInt(FIXED_BYTES - 4);
        int version = fixed.getInt(FIXED_BYTES - 12);
        int topicBytes = fixed.getInt(FIXED_BYTES - 16);
        if (magic != MAGIC || version != SegmentFormat.VERSION) {
            throw corrupt(
                    where,
                    "the footer's magic is " + Integer.toHexString(magic) + " and its version " + version
                            + ", expected " + Integer.toHexString(MAGIC) + " and " + SegmentFormat.VERSION);
        }
        if (topicBytes < 1 || topicBytes > MAX_TOPIC || topicBytes > tail.remaining() - FIXED_BYTES) {
            throw corrupt(where, "the topic's name has " + topicBytes + " bytes, expected 1 to " + MAX_TOPIC);
        }
        ByteBuffer whole = tail.slice(tail.limit() - FIXED_BYTES - topicBytes, FIXED_BYTES + topicBytes);
        int crc = Crc32c.of(whole, 0, whole.limit() - 8);
        int expected = fixed.getInt(FIXED_BYTES - 8);
        if (crc != expected) {
            throw corrupt(
                    where,
                    "the footer's CRC-32C is " + Integer.toHexString(crc) + ", expected "
                            + Integer.toHexString(expected));
        }
        SegmentFooter footer = fields(whole, topicBytes);
        long end = objectBytes - whole.limit();
        if (footer.indexBytes < 0 || footer.indexPosition != end - footer.indexBytes || footer.indexPosition < 0) {
            throw corrupt(
                    where,
                    "the index has " + footer.indexBytes + " bytes from byte " + footer.indexPosition
                            + ", expected to end at byte " + end);
        }
        return footer;
    }

    private static SegmentFooter fields(ByteBuffer from, int topicBytes) {
        byte[] topic = new byte[topicBytes];
        from.get(topic);
        UUID object = uuid(from);
        PartitionId partition = new PartitionId(new String(topic, US_ASCII), uuid(from), from.getInt());
        return new SegmentFooter(
                object,
                partition,
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getLong(),
                from.getInt(),
                from.getInt());
    }

    private static void put(ByteBuffer into, UUID id) {
        into.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer from) {
        return new UUID(from.getLong(), from.getLong());
    }

    private static StorageException corrupt(String where, String what) {
        return new StorageException(StorageException.Kind.CORRUPT, where + ": no segment object: " + what);
    }
}
