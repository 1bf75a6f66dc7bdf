// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;

/**
 * Holds a copy of a batch on the heap.
 *
 * @param content the batch, read-only; its position and limit never move
 */
record HeapBatch(long base, long next, long maxTimestamp, ByteBuffer content) implements StoredBatch {
    static HeapBatch copy(ByteBuffer run, int at, int size) {
        ByteBuffer copy =
                ByteBuffer.allocate(size).put(run.slice(at, size)).flip().asReadOnlyBuffer();
        return new HeapBatch(
                BatchHeader.baseOffset(copy, 0),
                BatchHeader.nextOffset(copy, 0),
                BatchHeader.maxTimestamp(copy, 0),
                copy);
    }

    @Override
    public int size() {
        return content.remaining();
    }

    @Override
    public ByteBuffer bytes() {
        return content.duplicate();
    }
}
