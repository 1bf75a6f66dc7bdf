// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.record.RecordIterator;
import java.nio.ByteBuffer;

/**
 * Searches batches for a record by its timestamp, for one query. Records are streamed in little memory, and
 * all batches together may decompress to {@link #MAX_DECOMPRESSED_BYTES} only: a batch of a megabyte can hold
 * a gigabyte. Beyond that limit, or where the records are not sound, the result is the header's timestamp
 * with the first offset not searched: a consumer that begins there misses no record. Not thread-safe.
 */
final class BatchTimestampSearch {
    /** Takes gzip about a quarter of a second. */
    static final int MAX_DECOMPRESSED_BYTES = 64 << 20;

    private final long start;
    private int allowance = MAX_DECOMPRESSED_BYTES;

    /** @param start the log start offset: records below it are ignored */
    BatchTimestampSearch(long start) {
        this.start = start;
    }

    /** @return the batch's first record with at least the timestamp, or null */
    TimestampOffset firstAtOrAfter(ByteBuffer bytes, int at, long timestamp) {
        return look(bytes, at, timestamp);
    }

    /**
     * @return the batch's first record with the largest timestamp, or null if all its records are below the
     *     start
     */
    TimestampOffset newest(ByteBuffer bytes, int at) {
        return look(bytes, at, Long.MAX_VALUE);
    }

    /**
     * @return the first record with at least the timestamp, or null; the newest record if the timestamp is
     *     Long.MAX_VALUE
     */
    private TimestampOffset look(ByteBuffer bytes, int at, long timestamp) {
        if (BatchHeader.recordCount(bytes, at) <= 0) {
            return null; // compaction has removed all its records
        }
        boolean any = timestamp == Long.MAX_VALUE;
        long next = Math.max(start, BatchHeader.baseOffset(bytes, at));
        if (allowance == 0 && BatchHeader.codecId(bytes, at) != Codec.NONE.id()) {
            return byHeader(bytes, at, next);
        }
        TimestampOffset found = null;
        try (RecordIterator records = RecordIterator.withoutBodies(bytes, at, allowance)) {
            try {
                while (records.next()) {
                    next = Math.max(start, records.offset() + 1);
                    boolean wanted = any
                            ? found == null || records.timestamp() > found.timestamp()
                            : records.timestamp() >= timestamp;
                    if (wanted && records.offset() >= start) {
                        found = new TimestampOffset(
                                records.timestamp(), records.offset(), BatchHeader.leaderEpoch(bytes, at));
                        if (!any || records.timestamp() >= BatchHeader.maxTimestamp(bytes, at)) {
                            break;
                        }
                    }
                }
            } finally {
                allowance = (int) Math.max(0, allowance - records.decompressedBytes());
            }
        } catch (InvalidBatchException e) {
            return next > BatchHeader.lastOffset(bytes, at) ? found : byHeader(bytes, at, next);
        }
        return found;
    }

    private static TimestampOffset byHeader(ByteBuffer bytes, int at, long offset) {
        return new TimestampOffset(BatchHeader.maxTimestamp(bytes, at), offset, BatchHeader.leaderEpoch(bytes, at));
    }
}
