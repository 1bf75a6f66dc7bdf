// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.BatchSlice;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Holds batches in memory; {@link #close} releases nothing. */
final class MemorySlice implements BatchSlice {
    static final MemorySlice EMPTY = new MemorySlice(List.of(), 0);

    private final List<StoredBatch> batches;
    private final int size;

    MemorySlice(List<StoredBatch> batches, int size) {
        this.batches = batches;
        this.size = size;
    }

    @Override
    public int sizeInBytes() {
        return size;
    }

    @Override
    public Optional<FileRegion> fileRegion() {
        return Optional.empty();
    }

    @Override
    public ByteBuffer buffer() {
        if (batches.size() == 1) {
            return batches.get(0).bytes();
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        batches.forEach(batch -> all.put(batch.bytes()));
        return all.flip().asReadOnlyBuffer();
    }

    @Override
    public void copy(int from, ByteBuffer into) {
        int begin = into.position();
        int end = into.limit();
        int at = 0;
        for (StoredBatch batch : batches) {
            int skipped = from + into.position() - begin - at;
            if (into.position() < end && skipped < batch.size()) {
                into.limit(Math.min(end, into.position() + batch.size() - skipped));
                batch.copy(skipped, into);
                into.limit(end);
            }
            at += batch.size();
        }
    }

    @Override
    public void close() {}
}
