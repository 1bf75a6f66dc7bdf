// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes loaded chunks to the cache on disk, as an agent: a slow disk makes no reader wait, but gets fewer
 * chunks. Thread-safe.
 */
final class DiskWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWriter.class);

    private final DiskCache disk;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<DecodedChunk> queue = new ArrayDeque<>();
    private long bytes;
    private boolean closed;
    private volatile Runnable queued = () -> {};

    /** @param maxBytes max bytes of chunks that wait; one more than that waits if it is alone */
    DiskWriter(DiskCache disk, long maxBytes) {
        this.disk = disk;
        this.maxBytes = maxBytes;
    }

    /** @param action called when there is a chunk to write; must be short */
    void onQueued(Runnable action) {
        queued = action;
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
        } finally {
            lock.unlock();
        }
        queued.run();
    }

    /** Writes the next chunk, if one waits: a step of the agent. */
    long writeNext() {
        DecodedChunk chunk = take();
        if (chunk == null) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        try {
            disk.put(chunk.key(), chunk.bytes());
        } catch (RuntimeException | Error e) {
            SurvivedFailure.log(LOG, "chunk " + chunk.key() + " was not written to the cache on disk", e);
        } finally {
            written(chunk);
        }
        return Scheduler.AgentStep.AGAIN;
    }

    private DecodedChunk take() {
        lock.lock();
        try {
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
        } finally {
            lock.unlock();
        }
    }
}
