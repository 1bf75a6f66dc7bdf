// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues partitions that are due for a snapshot of their producers, and writes one after another with a pause
 * between. Partitions with equal load become due together, and a thousand files at once would slow all
 * appends. Thread-safe.
 */
final class ProducerSnapshotQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerSnapshotQueue.class);
    /** Pause between two partitions, in ms. */
    private static final long PAUSE_MS = 20;

    private final Scheduler scheduler;
    /** Partitions in the order they became due. Guarded by this, as are the other fields. */
    private final Set<PartitionLog> waiting = new LinkedHashSet<>();

    private boolean running;
    private boolean closed;

    ProducerSnapshotQueue(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Queues a partition that is due for a snapshot. Never blocks. */
    synchronized void due(PartitionLog log) {
        if (!closed && waiting.add(log) && !running) {
            running = true;
            scheduler.schedule(0, this::writeNext);
        }
    }

    private void writeNext() {
        PartitionLog log;
        synchronized (this) {
            if (closed || waiting.isEmpty()) {
                running = false;
                return;
            }
            log = waiting.iterator().next();
            waiting.remove(log);
        }
        try {
            write(log);
        } finally {
            scheduleNext();
        }
    }

    private synchronized void scheduleNext() {
        running = !closed && !waiting.isEmpty();
        if (running) {
            scheduler.schedule(PAUSE_MS, this::writeNext);
        }
    }

    static void write(PartitionLog log) {
        try {
            log.producers().writeSnapshot();
        } catch (StorageException e) {
            // A snapshot only shortens the next replay; the log is whole without it.
            LOG.warn("Producer state of {} was not written down: {}", log.id(), e.getMessage());
        }
    }

    /** Stops the writing; the caller writes the snapshots that are still due. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
