// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A partition as it was found after a crash.
 *
 * @param start first offset
 * @param end readable end
 * @param batches its batches, each of them known to the byte
 */
record RecoveredPartition(long start, long end, List<WorkloadBatch> batches) {
    private static final int READ_BYTES = 1 << 20;

    /**
     * Reads a partition.
     *
     * @param known by base offset, every batch that was ever to be written there
     * @param violations gets what no backend may do whatever happened before
     */
    static RecoveredPartition in(PartitionStore store, Map<Long, List<WorkloadBatch>> known, List<String> violations) {
        Extent extent = store.extent();
        if (extent.start() > extent.readableEnd() || extent.durableEnd() > extent.readableEnd()) {
            violations.add("has the extent " + extent);
        }
        List<WorkloadBatch> batches = new ArrayList<>();
        long offset = extent.start();
        while (true) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, READ_BYTES)) {
                if (slice.sizeInBytes() == 0) {
                    return new RecoveredPartition(extent.start(), extent.readableEnd(), batches);
                }
                ByteBuffer bytes = slice.buffer();
                for (int at = bytes.position(); at < bytes.limit(); ) {
                    int size = BatchValidator.validate(bytes, at, bytes.limit());
                    if (BatchHeader.nextOffset(bytes, at) <= offset) {
                        violations.add("goes back to offset " + BatchHeader.baseOffset(bytes, at) + " after " + offset);
                        return new RecoveredPartition(extent.start(), extent.readableEnd(), batches);
                    }
                    WorkloadBatch written = recognize(bytes.slice(at, size), known);
                    if (written == null) {
                        violations.add(
                                "holds a batch at offset " + BatchHeader.baseOffset(bytes, at) + " that nobody wrote");
                    } else {
                        batches.add(written);
                    }
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            }
        }
    }

    private static WorkloadBatch recognize(ByteBuffer batch, Map<Long, List<WorkloadBatch>> known) {
        for (WorkloadBatch candidate : known.getOrDefault(BatchHeader.baseOffset(batch, 0), List.of())) {
            if (candidate.bytes().equals(batch)) {
                return candidate;
            }
        }
        return null;
    }
}
