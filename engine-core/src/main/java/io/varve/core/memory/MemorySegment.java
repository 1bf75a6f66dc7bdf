// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Keeps the batches of one segment. Guarded by its partition. */
final class MemorySegment {
    final long base;
    final List<StoredBatch> batches = new ArrayList<>();
    long bytes;
    long maxTimestamp = -1;
    /** Ms since the epoch, -1 before the first append. */
    long firstAppendMs = -1;
    /** Ms since the epoch, -1 before the first append. */
    long lastAppendMs = -1;

    MemorySegment(long base) {
        this.base = base;
    }

    void append(BatchRun run, BatchKeeper keeper) {
        ByteBuffer source = run.bytes().duplicate();
        for (int at = source.position(); at < source.limit(); ) {
            int size = BatchHeader.sizeInBytes(source, at);
            add(keeper.keep(source, at, size));
            at += size;
        }
    }

    void add(StoredBatch batch) {
        batches.add(batch);
        bytes += batch.size();
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
    }

    /** @param now time of an append, in ms since the epoch */
    void appended(long now) {
        firstAppendMs = firstAppendMs < 0 ? now : firstAppendMs;
        lastAppendMs = now;
    }

    /** @return a copy without the batches that hold an offset at or above {@code end} */
    MemorySegment upTo(long end) {
        MemorySegment kept = new MemorySegment(base);
        for (StoredBatch batch : batches) {
            if (batch.next() <= end) {
                kept.add(batch);
                kept.firstAppendMs = firstAppendMs;
                kept.lastAppendMs = lastAppendMs;
            }
        }
        return kept;
    }

    /** @return index of the first batch that ends above {@code offset}, or the number of batches */
    int indexOf(long offset) {
        int low = 0;
        int high = batches.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (batches.get(middle).next() > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /**
     * @return whole batches from index {@code first} on that end at or below {@code endOffset}, as many as
     *     fit, at least one
     */
    MemorySlice read(int first, long endOffset, int maxBytes) {
        int last = first;
        long size = batches.get(first).size();
        while (last + 1 < batches.size()
                && batches.get(last + 1).next() <= endOffset
                && size + batches.get(last + 1).size() <= maxBytes) {
            last++;
            size += batches.get(last).size();
        }
        return new MemorySlice(List.copyOf(batches.subList(first, last + 1)), (int) size);
    }
}
