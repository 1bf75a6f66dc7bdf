// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;

/**
 * Reads the batches of a range of offsets, one read at a time, as fast as the throttle allows. The checksum
 * of every batch is verified: a rewritten batch gets a new checksum, which would hide damage. Not
 * thread-safe.
 */
final class BatchWalk {
    private final PartitionStore store;
    private final int readBytes;
    private final CompactionThrottle throttle;

    BatchWalk(PartitionStore store, int readBytes, CompactionThrottle throttle) {
        this.store = store;
        this.readBytes = readBytes;
        this.throttle = throttle;
    }

    /** Visits one batch. */
    @FunctionalInterface
    interface Visitor {
        /** @return false to end the walk */
        boolean batch(ByteBuffer buffer, int at);
    }

    /**
     * Reads once, and passes each batch read to the visitor.
     *
     * @param from offset to read at, at or above the partition's start
     * @param to end of the range, exclusive
     * @return offset to go on at: {@code to} when no batch is left, or -1 when the visitor ended the walk
     * @throws StorageException RETRY if the offset was trimmed or truncated
     * @throws io.varve.core.record.InvalidBatchException if a batch is damaged
     */
    long once(long from, long to, Visitor visitor) {
        try (BatchSlice slice = read(from, to)) {
            throttle.moved(slice.sizeInBytes());
            ByteBuffer bytes = slice.buffer();
            long next = to;
            for (int at = bytes.position(); at < bytes.limit(); ) {
                int size = BatchValidator.validate(bytes, at, bytes.limit());
                if (!visitor.batch(bytes, at)) {
                    return -1;
                }
                next = BatchHeader.nextOffset(bytes, at);
                at += size;
            }
            return next;
        }
    }

    private BatchSlice read(long from, long to) {
        try {
            return store.read(from, to, readBytes);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.MISUSE
                    && from < store.extent().start()) {
                throw new StorageException(
                        StorageException.Kind.RETRY,
                        store.id() + ": offset " + from + " was trimmed while it was being cleaned",
                        e);
            }
            throw e;
        }
    }
}
