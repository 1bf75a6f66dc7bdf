// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.nio.ByteBuffer;

/** Checks batches that come from the wire or the disk, without decompressing them. Stateless, thread-safe. */
public final class BatchValidator {
    private BatchValidator() {}

    /**
     * Checks that a whole, sound batch starts at {@code at}: length within the buffer, magic, CRC-32C, last offset delta,
     * record count, codec.
     *
     * @param buffer big-endian
     * @param at the batch's first byte
     * @param limit where the bytes end, exclusive
     * @return bytes of the batch
     * @throws InvalidBatchException if it is not
     */
    public static int validate(ByteBuffer buffer, int at, int limit) {
        int size = frame(buffer, at, limit);
        long crc = BatchHeader.computeCrc(buffer, at);
        if (crc != BatchHeader.crc(buffer, at)) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.CORRUPT,
                    "batch CRC-32C is " + crc + ", its header says " + BatchHeader.crc(buffer, at));
        }
        int delta = BatchHeader.lastOffsetDelta(buffer, at);
        int count = BatchHeader.recordCount(buffer, at);
        if (delta < 0 || count < 0 || count > delta + 1L) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.INVALID_RECORD,
                    "record count " + count + " does not fit last offset delta " + delta);
        }
        Codec.forId(BatchHeader.codecId(buffer, at));
        return size;
    }

    /**
     * Checks length and magic only: enough to step over a batch whose content was checked before.
     *
     * @param buffer big-endian
     * @param at the batch's first byte
     * @param limit where the bytes end, exclusive
     * @return bytes of the batch
     * @throws InvalidBatchException CORRUPT or UNSUPPORTED_MAGIC
     */
    public static int frame(ByteBuffer buffer, int at, int limit) {
        int available = limit - at;
        if (available < BatchHeader.SIZE) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.CORRUPT,
                    available + " bytes where a batch header of " + BatchHeader.SIZE + " should be");
        }
        byte magic = BatchHeader.magic(buffer, at);
        if (magic != BatchHeader.MAGIC) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.UNSUPPORTED_MAGIC,
                    "record batch magic is " + magic + "; only " + BatchHeader.MAGIC + " is served");
        }
        long size = buffer.getInt(at + BatchHeader.LENGTH) + (long) BatchHeader.LOG_OVERHEAD;
        if (size < BatchHeader.SIZE || size > available) {
            throw new InvalidBatchException(
                    InvalidBatchException.Kind.CORRUPT,
                    "batch claims " + size + " bytes where " + BatchHeader.SIZE + " to " + available + " are possible");
        }
        return (int) size;
    }
}
