// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;

/** Adds up the time that the server's threads work for one connection. Thread-safe. */
final class BusyTime {
    private final Clock clock;
    private final Span loop = new Span();
    private final Span worker = new Span();

    /** Time of one thread. Guarded by the outer object. */
    private static final class Span {
        private boolean running;
        private long since;
        private long nanos;

        void begin(long now) {
            running = true;
            since = now;
        }

        /** Counts the time until now. */
        void count(long now) {
            if (running) {
                nanos += now - since;
                since = now;
            }
        }

        long take(long now) {
            count(now);
            long taken = nanos;
            nanos = 0;
            return taken;
        }
    }

    /** @param clock source of time */
    BusyTime(Clock clock) {
        this.clock = clock;
    }

    /** Notes that the event loop begins to work. */
    synchronized void beginLoop() {
        loop.begin(clock.nanos());
    }

    /** Notes that the event loop ends its work, if it had begun. */
    synchronized void endLoop() {
        loop.count(clock.nanos());
        loop.running = false;
    }

    /** Runs a task on the caller, which is a worker thread. */
    void run(Runnable task) {
        synchronized (this) {
            worker.begin(clock.nanos());
        }
        try {
            task.run();
        } finally {
            synchronized (this) {
                worker.count(clock.nanos());
                worker.running = false;
            }
        }
    }

    /** @return ns since the last call, of both threads together */
    synchronized long take() {
        long now = clock.nanos();
        return loop.take(now) + worker.take(now);
    }
}
