// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;

/**
 * Checks the batches of a segment on their way into an object, and notes what its index and footer say of
 * them. Each batch's checksum is verified: damaged batches must not take the place of the partition's
 * records in the bucket. Not thread-safe.
 */
final class BatchSurvey {
    private final PartitionId partition;
    private final long baseOffset;
    private final long endOffset;
    private long next;
    private long bytes;
    private long firstTimestamp = BatchHeader.NO_TIMESTAMP;
    private long maxTimestamp = BatchHeader.NO_TIMESTAMP;
    private final ContentCrc content = new ContentCrc();

    BatchSurvey(PartitionId partition, long baseOffset, long endOffset) {
        this.partition = partition;
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
        next = baseOffset;
    }

    /** Says what lies in a run of batches. */
    record Run(long baseOffset, long endOffset, long maxTimestamp) {}

    /**
     * @param buffer any buffer, big-endian
     * @param at first byte of the first batch
     * @param limit where the last batch ends
     * @throws StorageException CORRUPT if these are not sound batches that follow the ones before
     */
    Run take(ByteBuffer buffer, int at, int limit) {
        long base = BatchHeader.baseOffset(buffer, at);
        long max = BatchHeader.NO_TIMESTAMP;
        int position = at;
        while (position < limit) {
            int size = validate(buffer, position, limit);
            long timestamp = BatchHeader.maxTimestamp(buffer, position);
            if (bytes == 0 && position == at) {
                firstTimestamp = timestamp;
            }
            max = Math.max(max, timestamp);
            content.add(buffer, position);
            position += size;
        }
        bytes += limit - at;
        maxTimestamp = Math.max(maxTimestamp, max);
        return new Run(base, next, max);
    }

    private int validate(ByteBuffer buffer, int at, int limit) {
        int size;
        try {
            size = BatchValidator.validate(buffer, at, limit);
        } catch (InvalidBatchException e) {
            throw corrupt("no sound batch where offset " + next + " is due", e);
        }
        long base = BatchHeader.baseOffset(buffer, at);
        long end = BatchHeader.nextOffset(buffer, at);
        // A trim may have put the start of the partition into the first batch.
        boolean follows = base >= next || bytes == 0 && next == baseOffset && end > next;
        if (!follows || end <= base || end > endOffset) {
            throw corrupt(
                    "batch of offsets " + base + " to " + end + " where " + next + " to " + endOffset + " are due",
                    null);
        }
        next = end;
        return size;
    }

    private StorageException corrupt(String what, InvalidBatchException cause) {
        return new StorageException(
                StorageException.Kind.CORRUPT,
                "segment " + baseOffset + " to " + endOffset + " of " + partition + ": " + what,
                cause);
    }

    /** @return offset after the last batch so far; the segment's base before the first */
    long next() {
        return next;
    }

    long bytes() {
        return bytes;
    }

    long firstTimestamp() {
        return firstTimestamp;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    /** @return the sum of the batches so far, as {@link ContentCrc} says */
    int contentCrc() {
        return content.value();
    }
}
