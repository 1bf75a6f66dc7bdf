// SPDX-License-Identifier: Apache-2.0
package io.varve.server.importer;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordIterator;
import java.nio.ByteBuffer;

/**
 * Corrects a batch header whose max timestamp is below its youngest record's. Kafka believes producers'
 * headers. Some clients' headers say that new records have no time or an old one, and retention would delete
 * them at once. Stateless.
 */
final class MaxTimestampCorrection {
    private MaxTimestampCorrection() {}

    /**
     * @param bytes holds a batch with a whole frame; not changed
     * @param at the batch's first byte
     * @return a copy whose header has the youngest record's timestamp; null if the header is right already,
     *     or if the records cannot be read
     * @throws InvalidBatchException if the header would have to change and the batch is not sound
     */
    static ByteBuffer corrected(ByteBuffer bytes, int at) {
        if (BatchHeader.isLogAppendTime(bytes, at) || BatchHeader.recordCount(bytes, at) == 0) {
            return null;
        }
        long youngest = youngest(bytes, at);
        if (youngest <= BatchHeader.maxTimestamp(bytes, at)) {
            return null;
        }
        int size = BatchValidator.validate(bytes, at, bytes.limit()); // a new checksum must not hide damage
        ByteBuffer copy = ByteBuffer.allocate(size).put(bytes.slice(at, size)).flip();
        BatchHeader.setCreateTime(copy, 0, youngest);
        return copy;
    }

    private static long youngest(ByteBuffer bytes, int at) {
        long youngest = BatchHeader.NO_TIMESTAMP;
        try (RecordIterator records = RecordIterator.withKeysTo(bytes, at, key -> {})) {
            while (records.next()) {
                youngest = Math.max(youngest, records.timestamp());
            }
            return youngest;
        } catch (InvalidBatchException unreadable) {
            return BatchHeader.NO_TIMESTAMP; // it is imported unchanged: only its checksum must be right
        }
    }
}
