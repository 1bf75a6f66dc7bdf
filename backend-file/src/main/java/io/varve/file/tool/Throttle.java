// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.concurrent.CountDownLatch;

/** Keeps the bytes read per second below a rate: lets the reading thread wait. Used by one thread. */
final class Throttle {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MS = 1_000_000L;

    private final long bytesPerSecond;
    private final Clock clock;
    private final Scheduler scheduler;
    private final long started;
    private long bytesRead;

    /** @param bytesPerSecond max bytes a second, at least 1; Long.MAX_VALUE for no limit */
    Throttle(long bytesPerSecond, Clock clock, Scheduler scheduler) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.scheduler = scheduler;
        this.started = clock.nanos();
    }

    /** Counts bytes that were read, and waits until the rate allows them. */
    void pace(long bytes) {
        bytesRead += bytes;
        if (bytesPerSecond == Long.MAX_VALUE) {
            return;
        }
        long due = (long) ((double) bytesRead / bytesPerSecond * NANOS_PER_SECOND);
        long ms = (due - (clock.nanos() - started)) / NANOS_PER_MS;
        if (ms > 0) {
            CountDownLatch time = new CountDownLatch(1);
            scheduler.schedule(ms, time::countDown);
            try {
                time.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
