// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;

/**
 * Writes a sketch in the form of a batch, for a storage that keeps sketches: a true header, and a body that
 * begins with what the records follow from. The rest of the body, and the CRC, are whatever the buffer held.
 *
 * <pre>
 *     0  header of format v2            61 bytes
 *    61  mark, two longs                16
 *    77  seed                            8
 *    85  when the first record was produced, ms   8
 *    93  when the last one was, ms       8
 *   101  number of the shape             4
 * </pre>
 */
public final class SketchForm {
    private static final long MARK = 0x6b7d_21f0_93c4_58aeL;
    private static final long MARK_AFTER = 0xd1e5_0c77_4fb2_9a36L;

    private static final int MARK_AT = BatchHeader.SIZE;
    private static final int SEED_AT = MARK_AT + 2 * Long.BYTES;
    private static final int FIRST_AT = SEED_AT + Long.BYTES;
    private static final int LAST_AT = FIRST_AT + Long.BYTES;
    private static final int SHAPE_AT = LAST_AT + Long.BYTES;
    /** Bytes of the smallest batch that this form fits in. */
    public static final int MIN_SIZE = SHAPE_AT + Integer.BYTES;

    private SketchForm() {}

    /**
     * @param sketch of at least {@link #MIN_SIZE} bytes
     * @param shape number of its shape
     * @param buffer written from index 0 on; must have room for the whole batch. Position and limit are set
     *     around the batch
     */
    public static void write(BatchSketch sketch, int shape, ByteBuffer buffer) {
        buffer.clear().limit(sketch.size());
        buffer.putLong(0) // base offset
                .putInt(sketch.size() - BatchHeader.LOG_OVERHEAD)
                .putInt(-1) // leader epoch
                .put(BatchHeader.MAGIC)
                .putInt(0) // CRC
                .putShort((short) 0)
                .putInt(sketch.count() - 1)
                .putLong(sketch.firstMs())
                .putLong(sketch.maxTimestamp())
                .putLong(BatchHeader.NO_PRODUCER_ID)
                .putShort((short) -1)
                .putInt(-1) // sequence
                .putInt(sketch.count());
        buffer.putLong(MARK).putLong(MARK_AFTER).putLong(sketch.seed());
        buffer.putLong(sketch.firstMs()).putLong(sketch.lastMs()).putInt(shape);
        buffer.position(0);
    }

    /**
     * @param buffer a batch
     * @param at its first byte
     * @param size its bytes
     * @return true if it is a sketch
     */
    public static boolean is(ByteBuffer buffer, int at, int size) {
        return size >= MIN_SIZE
                && buffer.getLong(at + MARK_AT) == MARK
                && buffer.getLong(at + MARK_AT + Long.BYTES) == MARK_AFTER;
    }

    /**
     * @param buffer a batch that is a sketch
     * @param at its first byte
     * @param shapes what the numbers of shapes mean
     * @return the sketch
     */
    public static BatchSketch read(ByteBuffer buffer, int at, BatchShapes shapes) {
        return new BatchSketch(
                buffer.getLong(at + SEED_AT),
                BatchHeader.recordCount(buffer, at),
                BatchHeader.sizeInBytes(buffer, at),
                buffer.getLong(at + FIRST_AT),
                buffer.getLong(at + LAST_AT),
                BatchHeader.maxTimestamp(buffer, at),
                shapes.get(buffer.getInt(at + SHAPE_AT)));
    }
}
