// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.SurvivedFailure;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes loaded chunks to the cache on disk, on a thread of its own: a slow disk makes no reader wait, but
 * gets fewer chunks. Thread-safe.
 */
final class DiskWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWriter.class);

    private final DiskCache disk;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<DecodedChunk> queue = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    /** @param maxBytes max bytes of chunks that wait; one more than that waits if it is alone */
    DiskWriter(DiskCache disk, long maxBytes) {
        this.disk = disk;
        this.maxBytes = maxBytes;
    }

    /** Queues a chunk, unless too much waits already. */
    void offer(DecodedChunk chunk) {
        lock.lock();
        try {
            if (closed || bytes > 0 && bytes + chunk.capacity() > maxBytes) {
                return;
            }
            queue.add(chunk.retain());
            bytes += chunk.capacity();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Writes until {@link #close}. */
    void run() {
        DecodedChunk chunk = take();
        while (chunk != null) {
            try {
                disk.put(chunk.key(), chunk.bytes());
            } catch (RuntimeException | Error e) {
                SurvivedFailure.log(LOG, "chunk " + chunk.key() + " was not written to the cache on disk", e);
            } finally {
                written(chunk);
            }
            chunk = take();
        }
    }

    private DecodedChunk take() {
        lock.lock();
        try {
            while (!closed && queue.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            return closed ? null : queue.poll();
        } finally {
            lock.unlock();
        }
    }

    private void written(DecodedChunk chunk) {
        lock.lock();
        try {
            bytes -= chunk.capacity();
        } finally {
            lock.unlock();
        }
        chunk.release();
    }

    /** Drops what waits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            queue.forEach(DecodedChunk::release);
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
