// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

/**
 * The layout of a message before Kafka 0.11, as clients send and read it (big-endian). A message set is a
 * row of messages; one that is cut off at the end is not read.
 *
 * <pre>
 *  0 offset      int64   of a wrapper: that of its last inner message
 *  8 size        int32   bytes after this field
 * 12 crc         uint32  CRC-32 of the bytes after this field
 * 16 magic       int8    0, or 1 with timestamps and relative offsets in wrappers (KIP-31, KIP-32)
 * 17 attributes  int8    bits 0-2: codec; bit 3: log-append time (magic 1)
 * 18 timestamp   int64   ms since the epoch, or -1; magic 1 only
 *    key         int32 length, or -1 for none, and the bytes
 *    value       likewise. With a codec: a compressed message set, and the message is its wrapper
 * </pre>
 */
final class OldMessage {
    static final int SIZE_AT = 8;
    /** Bytes before those that the size counts. */
    static final int OVERHEAD = 12;

    /** Min value of the size field: that of a message of magic 0 without key and value. */
    static final int MIN_SIZE = 14;

    static final int CRC_AT = 12;
    /** Also the first byte that the CRC covers. */
    static final int MAGIC_AT = 16;

    static final int ATTRIBUTES_AT = 17;
    static final int TIMESTAMP_AT = 18;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME = 0x08;
    static final long NO_TIMESTAMP = -1;

    private OldMessage() {}

    /**
     * @param magic 0 or 1
     * @return bytes of a message without key and value, offset and size included
     */
    static int minBytes(byte magic) {
        return keyAt(magic) + 2 * Integer.BYTES;
    }

    /**
     * @param magic 0 or 1
     * @return index of the key's length
     */
    static int keyAt(byte magic) {
        return magic == 0 ? TIMESTAMP_AT : TIMESTAMP_AT + Long.BYTES;
    }
}
