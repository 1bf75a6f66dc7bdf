// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.EarliestTimer;
import java.util.concurrent.TimeUnit;

/**
 * Ends the waits of one connection when their time is over. Almost all waits end before: one timer, for the
 * earliest of them, stays armed when its wait ends, and finds when it fires which is the next. A busy
 * connection so sets a timer once in the length of its waits. Used on the connection's event loop.
 */
public final class TimedWaits {
    /** A wait, and its place among those of its connection. Used on the event loop. */
    public abstract static class TimedWait {
        private TimedWait before;
        private TimedWait after;
        private long endNanos;
        private boolean waits;

        /** Ends the wait, which is over by time. It may begin and end other waits. */
        protected abstract void expire();
    }

    private final Clock clock;
    private final EarliestTimer timer;
    /** The waits in the order in which they began, each linked to its neighbours; null if there is none. */
    private TimedWait first;

    private TimedWait last;
    private boolean closed;

    /**
     * @param clock the only source of time
     * @param delay runs a task on the event loop later
     */
    public TimedWaits(Clock clock, EarliestTimer.Delay delay) {
        this.clock = clock;
        timer = new EarliestTimer(clock, delay, this::fired);
    }

    /**
     * Begins a wait.
     *
     * @param wait does not wait yet
     * @param ms ms until it expires, unless it is ended before
     * @throws IllegalStateException if it waits already
     */
    public void begin(TimedWait wait, long ms) {
        if (wait.waits) {
            throw new IllegalStateException("it waits already");
        }
        wait.waits = true;
        wait.endNanos = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(ms);
        wait.before = last;
        if (last == null) {
            first = wait;
        } else {
            last.after = wait;
        }
        last = wait;
        timer.arm(wait.endNanos);
    }

    /**
     * Ends a wait, which will not expire.
     *
     * @param wait one that may have ended or expired already, or that never began
     */
    public void end(TimedWait wait) {
        if (!wait.waits) {
            return;
        }
        wait.waits = false;
        if (wait.before == null) {
            first = wait.after;
        } else {
            wait.before.after = wait.after;
        }
        if (wait.after == null) {
            last = wait.before;
        } else {
            wait.after.before = wait.before;
        }
        wait.before = null;
        wait.after = null;
        cancelIfLast();
    }

    /** @return number of waits that have neither ended nor expired */
    public int size() {
        int size = 0;
        for (TimedWait wait = first; wait != null; wait = wait.after) {
            size++;
        }
        return size;
    }

    /** Notes that the connection is closed: the timer ends with the waits that are left, if there are any. */
    public void close() {
        closed = true;
        cancelIfLast();
    }

    private void cancelIfLast() {
        if (closed && first == null) {
            timer.cancel();
        }
    }

    private void fired() {
        timer.fired();
        long now = clock.nanos();
        try {
            for (TimedWait wait = over(now); wait != null; wait = over(now)) {
                end(wait);
                wait.expire();
            }
        } finally {
            armForNext(); // also when one has failed to end: the others are then next
        }
    }

    private TimedWait over(long now) {
        TimedWait wait = first;
        while (wait != null && wait.endNanos - now > 0) {
            wait = wait.after;
        }
        return wait;
    }

    private void armForNext() {
        TimedWait next = first;
        for (TimedWait wait = first; wait != null; wait = wait.after) {
            next = wait.endNanos - next.endNanos < 0 ? wait : next;
        }
        if (next != null) {
            timer.arm(next.endNanos);
        }
    }
}
