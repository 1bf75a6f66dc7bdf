// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Makes a batch without records, which stands for a moment for offsets whose records compaction has removed.
 * Stateless.
 */
final class OffsetGap {
    private static final int LENGTH_AT = 8;
    private static final int LEADER_EPOCH_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int BASE_TIMESTAMP_AT = 27;
    private static final int MAX_TIMESTAMP_AT = 35;
    private static final int PRODUCER_ID_AT = 43;
    private static final int PRODUCER_EPOCH_AT = 51;
    private static final int BASE_SEQUENCE_AT = 53;

    private OffsetGap() {}

    /**
     * @param from lowest offset of the gap
     * @param end offset after the gap; above {@code from}
     * @return a run of one batch that ends at {@code end}
     */
    static BatchRun upTo(long from, long end) {
        long base = Math.max(from, end - 1 - Integer.MAX_VALUE);
        ByteBuffer batch = ByteBuffer.allocate(BatchHeader.SIZE);
        batch.putLong(0, base);
        batch.putInt(LENGTH_AT, BatchHeader.SIZE - BatchHeader.LOG_OVERHEAD);
        batch.putInt(LEADER_EPOCH_AT, 0);
        batch.put(MAGIC_AT, BatchHeader.MAGIC);
        batch.putInt(LAST_OFFSET_DELTA_AT, (int) (end - 1 - base));
        batch.putLong(BASE_TIMESTAMP_AT, BatchHeader.NO_TIMESTAMP);
        batch.putLong(MAX_TIMESTAMP_AT, BatchHeader.NO_TIMESTAMP);
        batch.putLong(PRODUCER_ID_AT, BatchHeader.NO_PRODUCER_ID);
        batch.putShort(PRODUCER_EPOCH_AT, (short) -1);
        batch.putInt(BASE_SEQUENCE_AT, -1);
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(ATTRIBUTES_AT));
        batch.putInt(CRC_AT, (int) crc.getValue());
        return new BatchRun(batch, base, end, BatchHeader.NO_TIMESTAMP, end - 1);
    }
}
