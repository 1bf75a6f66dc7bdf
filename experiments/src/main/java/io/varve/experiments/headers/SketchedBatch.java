// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.headers;

import io.varve.core.memory.StoredBatch;
import io.varve.core.record.BatchHeader;
import io.varve.experiments.batch.BatchMaker;
import io.varve.experiments.batch.BatchSketch;
import java.nio.ByteBuffer;

/**
 * Keeps a sketch, and makes the bytes when they are read.
 *
 * @param base offset of the first record
 * @param leaderEpoch as it was stamped
 */
record SketchedBatch(long base, int leaderEpoch, BatchSketch sketch) implements StoredBatch {
    /** Base offset, length, leader epoch, magic: what comes before the CRC. */
    private static final int BEFORE_CRC = 17;

    private static final int DELTA_AT = 23;
    /** Keep their buffers from batch to batch. */
    private static final ThreadLocal<BatchMaker> MAKERS = ThreadLocal.withInitial(BatchMaker::new);

    @Override
    public long next() {
        return base + sketch.count();
    }

    @Override
    public long maxTimestamp() {
        return sketch.maxTimestamp();
    }

    @Override
    public int size() {
        return sketch.size();
    }

    @Override
    public ByteBuffer bytes() {
        ByteBuffer batch = MAKERS.get().ofSize(sketch);
        BatchHeader.setBaseOffset(batch, batch.position(), base);
        BatchHeader.setLeaderEpoch(batch, batch.position(), leaderEpoch);
        return batch.asReadOnlyBuffer();
    }

    /** Makes no records where only offsets and the length are asked for. */
    @Override
    public void copy(int from, ByteBuffer into) {
        if (from == 0 && into.remaining() <= BEFORE_CRC) {
            ByteBuffer header = ByteBuffer.allocate(BEFORE_CRC)
                    .putLong(base)
                    .putInt(sketch.size() - BatchHeader.LOG_OVERHEAD)
                    .putInt(leaderEpoch)
                    .put(BatchHeader.MAGIC);
            into.put(header.flip().limit(into.remaining()));
        } else if (from == DELTA_AT && into.remaining() == Integer.BYTES) {
            into.putInt(sketch.count() - 1);
        } else {
            StoredBatch.super.copy(from, into);
        }
    }
}
