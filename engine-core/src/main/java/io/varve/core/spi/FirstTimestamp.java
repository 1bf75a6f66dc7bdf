// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import java.nio.ByteBuffer;

/** Reads the timestamp of a segment's oldest records. Stateless. */
final class FirstTimestamp {
    private FirstTimestamp() {}

    /**
     * Reads the max timestamp of the first batch that a segment still holds. Reads only the header of a batch
     * in a file, as there may be thousands of segments.
     *
     * @param store an open partition
     * @param segment one of its segments
     * @return ms since the epoch; {@link BatchHeader#NO_TIMESTAMP} if the segment has no batch, or the batch
     *     no timestamp
     * @throws StorageException CORRUPT, CLOSED; MISUSE if the segment was trimmed meanwhile
     * @throws io.varve.core.record.InvalidBatchException if the stored bytes are no batch
     */
    static long read(PartitionStore store, Segment segment) {
        Extent extent = store.extent();
        long from = Math.max(segment.baseOffset(), extent.start());
        long end = Math.min(segment.endOffset(), extent.readableEnd());
        if (from >= end) {
            return BatchHeader.NO_TIMESTAMP;
        }
        try (BatchSlice slice = store.read(from, end, 0)) {
            int size = slice.sizeInBytes();
            if (size == 0) {
                return BatchHeader.NO_TIMESTAMP;
            }
            ByteBuffer header = ByteBuffer.allocate(Math.min(size, BatchHeader.SIZE));
            slice.copy(0, header);
            BatchValidator.frame(header, 0, size);
            return BatchHeader.maxTimestamp(header, 0);
        }
    }
}
