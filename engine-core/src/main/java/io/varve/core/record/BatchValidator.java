// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.InvalidBatchException.Kind.CORRUPT;
import static io.varve.core.record.InvalidBatchException.Kind.INVALID_RECORD;
import static io.varve.core.record.InvalidBatchException.Kind.UNSUPPORTED_MAGIC;

import java.nio.ByteBuffer;

/**
 * Checks batches from the network or from disk, without decompressing them. Throws nothing but
 * {@link InvalidBatchException}, whatever the bytes. Stateless, thread-safe.
 */
public final class BatchValidator {
    /** Length, attributes, two deltas, two lengths, header count: at least one byte each. */
    private static final int MIN_RECORD_BYTES = 7;

    private BatchValidator() {}

    /**
     * Checks that a whole, sound batch starts at {@code at}: length within the buffer, magic, CRC-32C, last
     * offset delta, record count, codec. Batches from which compaction removed records, even all of them, are
     * sound.
     *
     * @param buffer big-endian
     * @param at the batch's first byte, 0 or more
     * @param limit where the bytes end, exclusive, at most the buffer's limit
     * @return bytes of the batch
     * @throws InvalidBatchException if there is no such batch
     */
    public static int validate(ByteBuffer buffer, int at, int limit) {
        int size = frame(buffer, at, limit);
        long crc = BatchHeader.computeCrc(buffer, at);
        if (crc != BatchHeader.crc(buffer, at)) {
            throw new InvalidBatchException(
                    CORRUPT, "batch CRC-32C is " + crc + ", its header says " + BatchHeader.crc(buffer, at));
        }
        int delta = BatchHeader.lastOffsetDelta(buffer, at);
        int count = BatchHeader.recordCount(buffer, at);
        if (delta < 0 || count < 0 || count > delta + 1L) {
            throw invalid("record count " + count + " does not fit last offset delta " + delta);
        }
        Codec.forId(BatchHeader.codecId(buffer, at));
        return size;
    }

    /**
     * Checks a batch from a producer: as {@link #validate}, and by Kafka's further rules for producers: base
     * offset 0, at least one record, no gaps between offsets, no control batch, and either producer id, epoch
     * and sequence or none of them.
     *
     * @param buffer big-endian
     * @param at the batch's first byte, 0 or more
     * @param limit where the bytes end, exclusive, at most the buffer's limit
     * @return bytes of the batch
     * @throws InvalidBatchException if it is not sound, or INVALID_RECORD if it breaks one of these rules
     */
    public static int validateFromClient(ByteBuffer buffer, int at, int limit) {
        int size = validate(buffer, at, limit);
        long base = BatchHeader.baseOffset(buffer, at);
        if (base != 0) {
            throw invalid("base offset is " + base + ", a producer's must be 0");
        }
        producerHeader(buffer, at, size);
        return size;
    }

    /**
     * Checks the header of a batch by the rules of {@link #validateFromClient}, whatever its base offset and
     * CRC are. Does not look at what is behind the header.
     *
     * @param buffer big-endian
     * @param at the batch's first byte, 0 or more
     * @param limit where the bytes end, exclusive, at most the buffer's limit
     * @return bytes of the batch
     * @throws InvalidBatchException if it is not sound, or INVALID_RECORD if it breaks one of these rules
     */
    public static int validateHeaderFromProducer(ByteBuffer buffer, int at, int limit) {
        int size = frame(buffer, at, limit);
        producerHeader(buffer, at, size);
        return size;
    }

    private static void producerHeader(ByteBuffer buffer, int at, int size) {
        int delta = BatchHeader.lastOffsetDelta(buffer, at);
        int count = BatchHeader.recordCount(buffer, at);
        if (count < 1 || count != delta + 1L) {
            throw invalid("record count is " + count + ", last offset delta is " + delta
                    + "; a producer's batch has at least one record and no gaps");
        }
        long max = Codec.forId(BatchHeader.codecId(buffer, at)).maxContent(size - BatchHeader.SIZE);
        if (count > max / MIN_RECORD_BYTES) {
            throw invalid("record count is " + count + ", too many for a batch of " + size + " bytes");
        }
        if (BatchHeader.isControl(buffer, at)) {
            throw invalid("producers may not write control batches");
        }
        producerState(buffer, at);
    }

    private static void producerState(ByteBuffer buffer, int at) {
        long id = BatchHeader.producerId(buffer, at);
        short epoch = BatchHeader.producerEpoch(buffer, at);
        int sequence = BatchHeader.baseSequence(buffer, at);
        if (id >= 0 && (epoch < 0 || sequence < 0)) {
            throw invalid("producer " + id + " sent epoch " + epoch + " and sequence " + sequence
                    + ", both must be 0 or more");
        }
        if (id < 0 && BatchHeader.isTransactional(buffer, at)) {
            throw invalid("a transactional batch needs a producer id, got " + id);
        }
    }

    /**
     * Checks length and magic only, for a step over a batch that was checked before.
     *
     * @param buffer big-endian
     * @param at the batch's first byte, 0 or more
     * @param limit where the bytes end, exclusive; bytes behind the header need not be in the buffer
     * @return bytes of the batch, from {@link BatchHeader#SIZE} to {@code limit - at}
     * @throws InvalidBatchException CORRUPT or UNSUPPORTED_MAGIC
     */
    public static int frame(ByteBuffer buffer, int at, int limit) {
        int available = limit - at;
        // Messages of magic 0 and 1 are shorter than a v2 header, with the magic in the same place.
        if (available > BatchHeader.MAGIC_AT && BatchHeader.magic(buffer, at) != BatchHeader.MAGIC) {
            throw new InvalidBatchException(
                    UNSUPPORTED_MAGIC,
                    "record batch magic is " + BatchHeader.magic(buffer, at) + "; only " + BatchHeader.MAGIC
                            + " is served");
        }
        if (available < BatchHeader.SIZE) {
            throw new InvalidBatchException(
                    CORRUPT, available + " bytes where a batch header of " + BatchHeader.SIZE + " should be");
        }
        long size = buffer.getInt(at + BatchHeader.LENGTH) + (long) BatchHeader.LOG_OVERHEAD;
        if (size < BatchHeader.SIZE || size > available) {
            throw new InvalidBatchException(
                    CORRUPT,
                    "batch claims " + size + " bytes where " + BatchHeader.SIZE + " to " + available + " are possible");
        }
        return (int) size;
    }

    private static InvalidBatchException invalid(String message) {
        return new InvalidBatchException(INVALID_RECORD, message);
    }
}
