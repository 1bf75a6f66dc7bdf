// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Segment;
import io.varve.core.spi.support.ContractChecks;
import io.varve.core.spi.support.SegmentLookup;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Replaces segments by one with their compacted batches. The batches are first stored under a store number of
 * their own, in as many transactions as needed; a note makes them garbage if the process dies meanwhile. Then
 * one small transaction makes them a segment, and the old segments garbage. So no other commit waits longer
 * than for one such transaction.
 */
final class LmdbReplacement implements AutoCloseable {
    /** Max bytes stored in one transaction, unless a single run has more. */
    private static final int CHUNK = 1 << 22;

    private final LmdbPartition partition;
    private final LmdbEnvironment environment;
    private final List<Segment> old;
    private final LmdbSegment merged;

    /** Assigns a number to the new segment's store; durable on return. */
    LmdbReplacement(LmdbPartition partition, List<Segment> old) {
        this.partition = partition;
        this.environment = partition.environment;
        this.old = old;
        int store;
        environment.writer.lock();
        try {
            store = environment.commit(0, LmdbFailPoints.REPLACE_BEFORE_SWAP, txn -> {
                int next = txn.nextNumber();
                txn.garbage(next, 0, Long.MAX_VALUE);
                return next;
            });
            environment.unpublishedStores.add(store);
        } finally {
            environment.writer.unlock();
        }
        merged = new LmdbSegment(old.get(0).baseOffset(), store);
        merged.lastAppendMs = Segment.lastAppendMs(old);
    }

    /**
     * Finds the old segments among the partition's; call with the partition locked.
     *
     * @return the index of the first
     * @throws io.varve.core.spi.StorageException MISUSE if they are not sealed, adjacent segments of the
     *     partition
     */
    static int find(LmdbPartition partition, List<Segment> old) {
        return SegmentLookup.requireRun(partition.id, partition.committedView().segmentList(), old);
    }

    /** Stores the new batches aside. */
    void write(BatchSource cleaned) {
        long end = old.get(old.size() - 1).endOffset();
        long next = merged.base;
        ByteBuffer chunk = environment.buffers.acquire(CHUNK);
        try {
            for (BatchRun run = cleaned.next(); run != null; run = cleaned.next()) {
                next = ContractChecks.requireReplacement(partition.id, run, next, end);
                int size = run.bytes().remaining();
                if (size > chunk.remaining()) {
                    flush(chunk);
                }
                if (size > chunk.capacity()) {
                    environment.buffers.release(chunk);
                    chunk = environment.buffers.acquire(size);
                }
                chunk.put(run.bytes().duplicate());
            }
            flush(chunk);
        } finally {
            environment.buffers.release(chunk);
        }
    }

    private void flush(ByteBuffer chunk) {
        chunk.flip();
        if (chunk.hasRemaining()) {
            environment.writer.lock();
            try {
                environment.commit(chunk.limit(), LmdbFailPoints.REPLACE_BEFORE_SWAP, txn -> {
                    store(txn, chunk);
                    return null;
                });
            } finally {
                environment.writer.unlock();
            }
            for (int at = 0; at < chunk.limit(); at += BatchHeader.sizeInBytes(chunk, at)) {
                merged.add(BatchHeader.sizeInBytes(chunk, at), BatchHeader.maxTimestamp(chunk, at));
            }
        }
        chunk.clear();
    }

    private void store(WriteTransaction txn, ByteBuffer chunk) {
        for (int at = 0; at < chunk.limit(); ) {
            int size = BatchHeader.sizeInBytes(chunk, at);
            txn.batch(merged.store, BatchHeader.lastOffset(chunk, at), chunk.slice(at, size));
            at += size;
        }
    }

    /**
     * Commits the replacement. Call with the writer's lock held, within an edit.
     *
     * @param first the index that {@link #find} has returned
     */
    void swap(int first) {
        LmdbSegment[] segments = partition.committedView().segments();
        long end = segments[first + old.size()].base;
        environment.commitWithReserve(LmdbFailPoints.REPLACE_BEFORE_SWAP, txn -> {
            for (int i = first; i < first + old.size(); i++) {
                LmdbSegment segment = segments[i];
                KeyCodec.at(txn.key(), partition.number, segment.base);
                txn.delete(txn.databases.segments());
                if (segment.store == partition.number) {
                    long to = i + 1 < first + old.size() ? segments[i + 1].base : end;
                    txn.garbage(segment.store, segment.base, to);
                } else {
                    txn.garbage(segment.store, 0, Long.MAX_VALUE);
                }
            }
            txn.sealed(partition.number, merged);
            KeyCodec.at(txn.key(), merged.store, 0);
            return txn.delete(txn.databases.garbage());
        });
        environment.failPoints.hit(LmdbFailPoints.REPLACE_AFTER_SWAP);
        synchronized (partition) {
            partition.replaced(first, old.size(), merged);
        }
    }

    /** Ends the replacement. Unless it was committed, the batches stored aside become garbage. */
    @Override
    public void close() {
        environment.unpublishedStores.remove(merged.store);
    }
}
