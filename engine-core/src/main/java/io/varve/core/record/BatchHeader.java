// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;

/**
 * Reads and patches the 61-byte header of a Kafka v2 record batch, without objects: every method takes a
 * big-endian buffer and the index of the batch's first byte. Checks nothing; {@link BatchValidator} does.
 *
 * <pre>
 *  0 baseOffset            int64   patched by the log, outside the CRC
 *  8 batchLength           int32   bytes after this field
 * 12 partitionLeaderEpoch  int32   patched by the log, outside the CRC
 * 16 magic                 int8    2
 * 17 crc                   uint32  CRC-32C of everything from attributes to the end
 * 21 attributes            int16   0-2 codec, 3 log-append time, 4 transactional, 5 control, 6 delete horizon set
 * 23 lastOffsetDelta       int32
 * 27 baseTimestamp         int64   or the delete horizon, see attributes
 * 35 maxTimestamp          int64
 * 43 producerId            int64   -1 when not idempotent
 * 51 producerEpoch         int16
 * 53 baseSequence          int32
 * 57 recordCount           int32
 * 61 records
 * </pre>
 *
 * Source: KIP-98 and Kafka's DefaultRecordBatch. Stateless; concurrent calls need a buffer that is not
 * written meanwhile.
 */
public final class BatchHeader {
    /** Bytes in a header. */
    public static final int SIZE = 61;
    /** Bytes before the part that {@code batchLength} counts. */
    public static final int LOG_OVERHEAD = 12;
    /** The only magic served. */
    public static final byte MAGIC = 2;
    /** Timestamp of a record that has none. */
    public static final long NO_TIMESTAMP = -1;
    /** Producer id of a batch from a producer that is neither idempotent nor transactional. */
    public static final long NO_PRODUCER_ID = -1;

    static final int BASE_OFFSET = 0;
    static final int LENGTH = 8;
    static final int LEADER_EPOCH = 12;
    static final int MAGIC_AT = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int RECORD_COUNT = 57;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_FLAG = 0x08;
    static final int TRANSACTIONAL_FLAG = 0x10;
    static final int CONTROL_FLAG = 0x20;
    static final int DELETE_HORIZON_FLAG = 0x40;

    private BatchHeader() {}

    /** @return offset of the first record */
    public static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_OFFSET);
    }

    /**
     * @return bytes of the whole batch, header included, by the header's length field; any value if the batch
     *     is damaged
     */
    public static int sizeInBytes(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH) + LOG_OVERHEAD;
    }

    /** @return leader epoch the batch was appended under */
    public static int leaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH);
    }

    /** @return format version */
    public static byte magic(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC_AT);
    }

    /** @return the stored CRC-32C, 0 to 2^32-1 */
    public static long crc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC) & 0xFFFFFFFFL;
    }

    /** @return the attribute bits */
    public static short attributes(ByteBuffer buffer, int at) {
        return buffer.getShort(at + ATTRIBUTES);
    }

    /** @return the codec's id, 0 to 7; see {@link Codec#forId} */
    public static int codecId(ByteBuffer buffer, int at) {
        return attributes(buffer, at) & CODEC_MASK;
    }

    /** @return true if record timestamps are the broker's append time */
    public static boolean isLogAppendTime(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & LOG_APPEND_TIME_FLAG) != 0;
    }

    /** @return true if the batch belongs to a transaction */
    public static boolean isTransactional(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & TRANSACTIONAL_FLAG) != 0;
    }

    /** @return true if the batch holds control records (transaction markers) */
    public static boolean isControl(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & CONTROL_FLAG) != 0;
    }

    /** @return true if the base timestamp is the time at which tombstones may be removed (KIP-534) */
    public static boolean hasDeleteHorizon(ByteBuffer buffer, int at) {
        return (attributes(buffer, at) & DELETE_HORIZON_FLAG) != 0;
    }

    /**
     * @return the time in ms since the epoch at which tombstones or markers of the batch may be removed
     *     (KIP-534), or -1 if it is not set
     */
    public static long deleteHorizon(ByteBuffer buffer, int at) {
        return hasDeleteHorizon(buffer, at) ? baseTimestamp(buffer, at) : NO_TIMESTAMP;
    }

    /** @return last record's offset minus the base offset */
    public static int lastOffsetDelta(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LAST_OFFSET_DELTA);
    }

    /** @return offset of the last record, inclusive */
    public static long lastOffset(ByteBuffer buffer, int at) {
        return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
    }

    /** @return offset after the last record */
    public static long nextOffset(ByteBuffer buffer, int at) {
        return lastOffset(buffer, at) + 1;
    }

    /** @return timestamp from which the records' deltas count, in ms since the epoch */
    public static long baseTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_TIMESTAMP);
    }

    /** @return largest record timestamp in ms since the epoch, or -1 */
    public static long maxTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP);
    }

    /** @return producer id, or {@link #NO_PRODUCER_ID} */
    public static long producerId(ByteBuffer buffer, int at) {
        return buffer.getLong(at + PRODUCER_ID);
    }

    /** @return producer epoch, or -1 */
    public static short producerEpoch(ByteBuffer buffer, int at) {
        return buffer.getShort(at + PRODUCER_EPOCH);
    }

    /** @return sequence number of the first record, or -1 */
    public static int baseSequence(ByteBuffer buffer, int at) {
        return buffer.getInt(at + BASE_SEQUENCE);
    }

    /** @return number of records */
    public static int recordCount(ByteBuffer buffer, int at) {
        return buffer.getInt(at + RECORD_COUNT);
    }

    /** Sets the offset of the first record; the CRC does not cover it. */
    public static void setBaseOffset(ByteBuffer buffer, int at, long offset) {
        buffer.putLong(at + BASE_OFFSET, offset);
    }

    /** Sets the leader epoch; the CRC does not cover it. */
    public static void setLeaderEpoch(ByteBuffer buffer, int at, int epoch) {
        buffer.putInt(at + LEADER_EPOCH, epoch);
    }

    /**
     * Makes the broker's append time the timestamp of all records: sets the flag and the max timestamp. The
     * records stay unchanged: readers use the max timestamp for each of them.
     *
     * @param buffer holds the whole batch
     * @param at the batch's first byte
     * @param timestamp ms since the epoch
     */
    public static void setLogAppendTime(ByteBuffer buffer, int at, long timestamp) {
        setTimes(buffer, at, attributes(buffer, at) | LOG_APPEND_TIME_FLAG, timestamp);
    }

    /**
     * Makes the producer's timestamps those of the records: clears the flag of log-append time, and sets the
     * max timestamp.
     *
     * @param buffer holds the whole batch
     * @param at the batch's first byte
     * @param max largest timestamp of a record, in ms since the epoch, or -1
     */
    public static void setCreateTime(ByteBuffer buffer, int at, long max) {
        setTimes(buffer, at, attributes(buffer, at) & ~LOG_APPEND_TIME_FLAG, max);
    }

    /** Computes the CRC again only if a field changes. */
    private static void setTimes(ByteBuffer buffer, int at, int attributes, long max) {
        if (attributes(buffer, at) != (short) attributes || maxTimestamp(buffer, at) != max) {
            buffer.putShort(at + ATTRIBUTES, (short) attributes);
            buffer.putLong(at + MAX_TIMESTAMP, max);
            buffer.putInt(at + CRC, (int) computeCrc(buffer, at));
        }
    }

    /**
     * @param buffer holds the whole batch
     * @param at the batch's first byte
     * @return CRC-32C of the bytes the header's CRC covers, 0 to 2^32-1
     */
    public static long computeCrc(ByteBuffer buffer, int at) {
        return Integer.toUnsignedLong(Crc32c.of(buffer, at + ATTRIBUTES, sizeInBytes(buffer, at) - ATTRIBUTES));
    }
}
