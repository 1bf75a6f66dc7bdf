// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.batch;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Makes sound v2 batches whose records are opaque: a storage never looks into them. */
public final class Batches {
    /** Smallest batch possible, in bytes. */
    public static final int LEAST = BatchHeader.SIZE;

    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int DELTA_AT = 23;
    private static final int BASE_TIMESTAMP_AT = 27;
    private static final int MAX_TIMESTAMP_AT = 35;
    private static final int PRODUCER_AT = 43;
    private static final int COUNT_AT = 57;

    private Batches() {}

    /**
     * @param base offset of the first record
     * @param records how many
     * @param size bytes of the batch, at least {@link #LEAST}
     * @param timestamp its max timestamp in ms
     * @return a batch, its content determined by the arguments
     */
    public static ByteBuffer batch(long base, int records, int size, long timestamp) {
        return batch(base, records, size, timestamp, base);
    }

    /**
     * @param base offset of the first record
     * @param records how many
     * @param size bytes of the batch, at least {@link #LEAST}
     * @param timestamp its max timestamp in ms
     * @param salt what its opaque bytes are made from
     * @return a batch, its content determined by the arguments
     */
    public static ByteBuffer batch(long base, int records, int size, long timestamp, long salt) {
        ByteBuffer batch = ByteBuffer.allocate(size);
        batch.putInt(Long.BYTES, size - BatchHeader.LOG_OVERHEAD);
        batch.put(MAGIC_AT, BatchHeader.MAGIC);
        batch.putInt(DELTA_AT, records - 1);
        batch.putLong(BASE_TIMESTAMP_AT, timestamp);
        batch.putLong(MAX_TIMESTAMP_AT, timestamp);
        batch.putLong(PRODUCER_AT, -1);
        batch.putShort(PRODUCER_AT + Long.BYTES, (short) -1);
        batch.putInt(PRODUCER_AT + Long.BYTES + Short.BYTES, -1);
        batch.putInt(COUNT_AT, records);
        SplittableRandom random = new SplittableRandom(salt);
        for (int i = LEAST; i < size; i++) {
            batch.put(i, (byte) random.nextInt());
        }
        BatchHeader.setBaseOffset(batch, 0, base);
        batch.putInt(CRC_AT, (int) BatchHeader.computeCrc(batch, 0));
        return batch;
    }

    /** @return the batches as one run */
    public static BatchRun run(ByteBuffer... batches) {
        int size = 0;
        for (ByteBuffer batch : batches) {
            size += batch.remaining();
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
        long maxTimestamp = -1;
        long offsetOfMax = -1;
        for (ByteBuffer batch : batches) {
            bytes.put(batch.duplicate());
            if (BatchHeader.maxTimestamp(batch, 0) > maxTimestamp) {
                maxTimestamp = BatchHeader.maxTimestamp(batch, 0);
                offsetOfMax = BatchHeader.lastOffset(batch, 0);
            }
        }
        return new BatchRun(
                bytes.flip(),
                BatchHeader.baseOffset(batches[0], 0),
                BatchHeader.nextOffset(batches[batches.length - 1], 0),
                maxTimestamp,
                offsetOfMax);
    }

    /** @return a run of one batch */
    public static BatchRun run(long base, int records, int size, long timestamp) {
        return run(batch(base, records, size, timestamp));
    }
}
