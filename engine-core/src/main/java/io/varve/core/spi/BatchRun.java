// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import java.nio.ByteBuffer;

/**
 * Holds one or more whole record batches for an append, with offsets assigned, in order and contiguous in the
 * buffer.
 *
 * @param bytes the batches, from position to limit; direct or heap. The backend must not keep it after
 *     {@link PartitionStore#append} returns, nor change the bytes; it may move the position
 * @param baseOffset offset of the first record
 * @param nextOffset offset after the last record, exclusive
 * @param maxTimestamp largest record timestamp in ms since the epoch, or -1
 * @param offsetOfMaxTimestamp last offset of the batch that holds {@code maxTimestamp}
 * @param held the same bytes, which the backend may keep; null where it must read them back
 */
public record BatchRun(
        ByteBuffer bytes,
        long baseOffset,
        long nextOffset,
        long maxTimestamp,
        long offsetOfMaxTimestamp,
        HeldBytes held) {
    /** Makes a run whose bytes are not held beyond the append. */
    public BatchRun(ByteBuffer bytes, long baseOffset, long nextOffset, long maxTimestamp, long offsetOfMaxTimestamp) {
        this(bytes, baseOffset, nextOffset, maxTimestamp, offsetOfMaxTimestamp, null);
    }

    /**
     * Checks the run; every backend must call this before it writes the run. Requires at least one batch,
     * whole batches only, and ascending offsets from {@code baseOffset} to {@code nextOffset}, none below
     * {@code end}. Reads headers only; does not move the position.
     *
     * @param id names the partition in the message
     * @param end lowest offset allowed
     * @throws StorageException MISUSE if the run breaks one of these rules
     */
    public void requireAtOrAbove(PartitionId id, long end) {
        ByteBuffer view = bytes.duplicate();
        if (!view.hasRemaining() || baseOffset < end || nextOffset <= baseOffset) {
            throw misuse(
                    id,
                    view.remaining() + " bytes of offsets " + baseOffset + " to " + nextOffset + " where the end is "
                            + end,
                    null);
        }
        long next = baseOffset;
        int at = view.position();
        while (at < view.limit()) {
            int size;
            try {
                size = BatchValidator.frame(view, at, view.limit());
            } catch (InvalidBatchException e) {
                throw misuse(id, "no whole batch at byte " + (at - view.position()) + " of the run", e);
            }
            long base = BatchHeader.baseOffset(view, at);
            long after = BatchHeader.nextOffset(view, at);
            if (base < next || after <= base || after > nextOffset || at == view.position() && base != baseOffset) {
                throw misuse(
                        id,
                        "batch of offsets " + base + " to " + after + " where " + next + " to " + nextOffset
                                + " are due",
                        null);
            }
            next = after;
            at += size;
        }
        if (next != nextOffset) {
            throw misuse(id, "batches end at " + next + ", the run says " + nextOffset, null);
        }
    }

    private static StorageException misuse(PartitionId id, String what, Throwable cause) {
        return new StorageException(StorageException.Kind.MISUSE, "append to " + id + ": " + what, cause);
    }
}
