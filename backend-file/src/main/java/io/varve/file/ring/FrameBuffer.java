// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import io.varve.file.disk.DirectAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Fills one frame of a ring in memory, to be written in one piece. Not thread-safe.
 *
 * <pre>
 *  0 magic     int32   0x56524652 "VRFR"
 *  4 version   int32   1
 *  8 epoch     int64   of the ring's header
 * 16 sequence  int64   one more than that of the frame before
 * 24 oldest    int64   sequence of the oldest frame that a start must read, at most the frame's own
 * 32 length    int32   bytes of the entries
 * 36 crc       int32   CRC-32C of bytes 0 to 35 and of the entries behind them
 * 40 entries   {@link RingEntry}, one after another; zeros follow to the end of the block
 * </pre>
 */
public final class FrameBuffer {
    static final int MAGIC = 0x56524652;
    static final int VERSION = 1;
    static final int HEADER = 40;
    static final int LENGTH = 32;
    static final int CRC = 36;
    /** Max bytes of a frame. */
    public static final int MAX = 1 << 20;

    private static final byte[] ZEROS = new byte[RingFile.BLOCK];

    private final ByteBuffer bytes;

    /** @param capacity max bytes of a frame, a multiple of the block */
    FrameBuffer(int capacity) {
        this.bytes = DirectAccess.buffer(capacity, RingFile.BLOCK);
    }

    /** Copies the bytes of an entry. */
    @FunctionalInterface
    public interface EntryBytes {
        /**
         * Fills a buffer.
         *
         * @return false if the bytes must not be used
         */
        boolean into(ByteBuffer target) throws IOException;
    }

    /** Drops what is in the frame. */
    public void clear() {
        bytes.clear().position(HEADER);
    }

    /** @return true if there is space for an entry with so many bytes of batches */
    public boolean fits(byte[] name, int length) {
        return bytes.remaining() - RingEntry.FIXED - name.length >= length;
    }

    /**
     * Adds bytes of a segment's log. When this does not return true, the frame is unchanged.
     *
     * @param name {@link RingEntry#nameOf} the partition
     * @param base base offset of the segment
     * @param position first byte in its log
     * @param lastAppendMs when it was last appended to, in ms since the epoch
     * @param length number of bytes; they {@link #fits fit}
     * @return false if the source has refused them
     */
    public boolean add(byte[] name, long base, int position, long lastAppendMs, int length, EntryBytes source)
            throws IOException {
        int start = bytes.position();
        boolean added = false;
        try {
            bytes.put(RingEntry.BYTES).put(name);
            bytes.putLong(base).putInt(position).putLong(lastAppendMs).putInt(length);
            added = source.into(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
        } finally {
            if (!added) {
                bytes.position(start);
            }
        }
        return added;
    }

    /** Adds the mark that older entries of a partition no longer count. */
    public void addForget(byte[] name) {
        bytes.put(RingEntry.FORGET).put(name);
    }

    /** @return bytes that the frame takes in the ring, whole blocks */
    int sizeInRing() {
        return RingFile.roundedUp(bytes.position());
    }

    /** @return the whole frame, ready to be written */
    ByteBuffer finish(long epoch, long sequence, long oldest) {
        int end = bytes.position();
        bytes.putInt(0, MAGIC)
                .putInt(4, VERSION)
                .putLong(8, epoch)
                .putLong(16, sequence)
                .putLong(24, oldest)
                .putInt(LENGTH, end - HEADER)
                .putInt(CRC, checksum(bytes, end));
        int whole = sizeInRing();
        bytes.put(end, ZEROS, 0, whole - end);
        return bytes.slice(0, whole);
    }

    /** @return the checksum of a frame that ends, exclusive, at {@code end} */
    static int checksum(ByteBuffer frame, int end) {
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(0, CRC));
        crc.update(frame.slice(HEADER, end - HEADER));
        return (int) crc.getValue();
    }
}
