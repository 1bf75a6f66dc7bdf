// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.concurrent.CompletableFuture;

/**
 * Limits how fast compaction moves bytes, and stops it: a cleaner reports the bytes it moves, and waits here
 * while it is too fast. Thread-safe; all cleaners of an engine share one.
 */
public final class CompactionThrottle implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long NANOS_PER_MS = 1_000_000L;
    /** Max idle time whose bytes may be moved later, on top of the rate. */
    private static final long MAX_BURST_NANOS = 300 * NANOS_PER_MS;

    private final Clock clock;
    private final Scheduler scheduler;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    /** Guarded by this. */
    private double bytesPerSecond;
    /** When the bytes moved so far are due; guarded by this. */
    private double due;

    /**
     * @param bytesPerSecond max bytes moved in a second, above 0
     * @param clock measures the rate
     * @param scheduler waits
     */
    public CompactionThrottle(double bytesPerSecond, Clock clock, Scheduler scheduler) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.scheduler = scheduler;
        this.due = clock.nanos();
    }

    /**
     * Counts bytes that were read or written, and waits until the rate allows them.
     *
     * @param bytes 0 or more
     * @throws CompactionStoppedException after {@link #close}, also while it waits
     */
    void moved(long bytes) {
        long ms;
        synchronized (this) {
            long now = clock.nanos();
            due = Math.max(due, now - MAX_BURST_NANOS) + bytes / bytesPerSecond * NANOS_PER_SECOND;
            ms = (long) ((due - now) / NANOS_PER_MS);
        }
        if (isStopped() || ms > 0 && scheduler.await(stopped, ms)) {
            throw new CompactionStoppedException();
        }
    }

    /**
     * Changes the rate for bytes that are reported from now on.
     *
     * @param rate max bytes moved in a second, above 0
     */
    public synchronized void limit(double rate) {
        bytesPerSecond = rate;
    }

    /** @return true after {@link #close} */
    public boolean isStopped() {
        return stopped.isDone();
    }

    /** Ends every wait; each cleaner stops at its next report. Idempotent. */
    @Override
    public void close() {
        stopped.complete(null);
    }
}
