// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.InvalidBatchException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Reads the messages of a decompressed set one after another, as a stream: no message is in memory as a
 * whole. Not thread-safe.
 */
final class InnerMessages {
    /** The set ends within a message, whose first bytes may have been copied. */
    static final class CutOffException extends IOException {
        private static final long serialVersionUID = 1;

        private final int whole;

        CutOffException(int whole) {
            super("it ends within a message, after " + whole + " others");
            this.whole = whole;
        }

        /** @return number of messages before */
        int whole() {
            return whole;
        }
    }

    private final InputStream in;
    private final byte magic;
    private final DecompressionMeter meter;
    private final ByteBuffer head;
    private final byte[] piece = new byte[8 * 1024];
    private final CRC32 crc = new CRC32();

    private int size;
    /** Messages that were copied. */
    private int whole;

    /**
     * @param in the decompressed set
     * @param magic magic of the wrapper, which that of each message must be
     * @param meter counts what is read
     */
    InnerMessages(InputStream in, byte magic, DecompressionMeter meter) {
        this.in = in;
        this.magic = magic;
        this.meter = meter;
        head = ByteBuffer.allocate(OldMessage.keyAt(magic) + Integer.BYTES);
    }

    /**
     * Goes to the next message, after {@link #copyTo} of the one before.
     *
     * @return false after the last whole message, as far as its first bytes tell
     * @throws IOException if the bytes are damaged
     * @throws InvalidBatchException CORRUPT or INVALID_RECORD if the message is not one of the wrapper's
     *     magic, or is compressed again
     */
    boolean next() throws IOException {
        int bytes = in.readNBytes(head.array(), 0, head.capacity());
        meter.decompressed(bytes);
        if (bytes < OldMessage.OVERHEAD) {
            return false;
        }
        int sent = head.getInt(OldMessage.SIZE_AT);
        if (sent < OldMessage.MIN_SIZE || sent > Integer.MAX_VALUE - OldMessage.OVERHEAD) {
            throw new InvalidBatchException(Kind.CORRUPT, "an inner message with size " + sent);
        }
        size = sent + OldMessage.OVERHEAD;
        if (bytes < Math.min(size, head.capacity())) {
            return false;
        }
        byte own = head.get(OldMessage.MAGIC_AT);
        if (own != magic) {
            throw new InvalidBatchException(
                    Kind.INVALID_RECORD, "an inner message of magic " + own + " in a wrapper of magic " + magic);
        }
        if (size < OldMessage.minBytes(magic)) {
            throw new InvalidBatchException(Kind.CORRUPT, "an inner message of " + size + " bytes");
        }
        if ((head.get(OldMessage.ATTRIBUTES_AT) & OldMessage.CODEC_MASK) != 0) {
            throw new InvalidBatchException(Kind.INVALID_RECORD, "an inner message that is compressed again");
        }
        crc.reset();
        crc.update(head.array(), OldMessage.MAGIC_AT, head.capacity() - OldMessage.MAGIC_AT);
        return true;
    }

    /** @return the message's timestamp in ms since the epoch, or -1 */
    long timestamp() {
        return magic == 0 ? OldMessage.NO_TIMESTAMP : head.getLong(OldMessage.TIMESTAMP_AT);
    }

    /**
     * Copies the message, and checks its CRC.
     *
     * @param batch takes the message as a record
     * @param timestamp of the record, ms since the epoch, or -1
     * @throws CutOffException if the set ends within the message
     * @throws IOException if the bytes are damaged
     * @throws InvalidBatchException CORRUPT if lengths or the CRC do not fit, TOO_LARGE if the batch grows
     *     too large
     */
    void copyTo(NewBatch batch, long timestamp) throws IOException {
        int keyAt = OldMessage.keyAt(magic);
        int key = head.getInt(keyAt);
        // The value's length follows from the others; so the record can be begun before its key is read.
        long valueField = (long) size - keyAt - 2 * Integer.BYTES - Math.max(0, key);
        if (key < -1 || valueField < 0) {
            throw corrupt("key", key);
        }
        if (valueField == 0) {
            copyWithoutValueBytes(batch, timestamp, key);
        } else {
            batch.begin(timestamp, key, (int) valueField);
            batch.length(key);
            pass(batch, key);
            if (readInt() != valueField) {
                throw corrupt("value", (int) valueField);
            }
            batch.length((int) valueField);
            pass(batch, (int) valueField);
        }
        batch.end();
        long sent = Integer.toUnsignedLong(head.getInt(OldMessage.CRC_AT));
        if (crc.getValue() != sent) {
            throw new InvalidBatchException(
                    Kind.CORRUPT, "an inner message has CRC " + sent + ", its bytes have " + crc.getValue());
        }
        whole++;
    }

    /** An empty value and none take the same bytes here, and in a record too: its length is one byte. */
    private void copyWithoutValueBytes(NewBatch batch, long timestamp, int key) throws IOException {
        batch.begin(timestamp, key, 0);
        batch.length(key);
        pass(batch, key);
        int value = readInt();
        if (value > 0 || value < -1) {
            throw corrupt("value", value);
        }
        batch.length(value);
    }

    private InvalidBatchException corrupt(String field, int length) {
        return new InvalidBatchException(
                Kind.CORRUPT, "a " + field + " of " + length + " bytes in an inner message of " + size + " bytes");
    }

    private int readInt() throws IOException {
        fill(piece, 0, Integer.BYTES);
        crc.update(piece, 0, Integer.BYTES);
        return ByteBuffer.wrap(piece).getInt();
    }

    private void pass(NewBatch batch, int length) throws IOException {
        for (int left = length; left > 0; ) {
            int bytes = Math.min(left, piece.length);
            fill(piece, 0, bytes);
            crc.update(piece, 0, bytes);
            batch.write(piece, 0, bytes);
            left -= bytes;
        }
    }

    private void fill(byte[] to, int from, int length) throws IOException {
        int bytes = in.readNBytes(to, from, length);
        meter.decompressed(bytes);
        if (bytes < length) {
            throw new CutOffException(whole);
        }
    }
}
