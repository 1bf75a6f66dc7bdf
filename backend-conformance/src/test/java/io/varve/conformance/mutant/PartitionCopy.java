// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.batch.Batches;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of a partition at one moment, so that a mutant can go back to it.
 *
 * @param id the partition
 * @param batches all of them, oldest first
 */
record PartitionCopy(PartitionId id, List<ByteBuffer> batches) {
    static PartitionCopy of(PartitionStore store) {
        List<ByteBuffer> batches = new ArrayList<>();
        for (long offset = store.extent().start(); ; ) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 0)) {
                if (slice.sizeInBytes() == 0) {
                    return new PartitionCopy(store.id(), batches);
                }
                batches.add(slice.buffer());
                offset = BatchHeader.nextOffset(slice.buffer(), 0);
            }
        }
    }

    /** Puts the batches in place of all there are now. */
    void restore(MemoryStorage memory) {
        if (!memory.partitions().contains(id)) {
            return;
        }
        try (PartitionStore store = memory.open(id, Long.MIN_VALUE, PartitionSettings.DEFAULT)) {
            store.truncateTo(0);
            batches.forEach(batch -> store.append(Batches.run(batch)));
            memory.sync(List.of(store));
        }
    }
}
