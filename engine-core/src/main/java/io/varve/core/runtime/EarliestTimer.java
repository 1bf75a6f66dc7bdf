// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.TimeUnit;

/** Runs a task when the first of many ends has come: one timer, however many ends. Not thread-safe. */
public final class EarliestTimer {
    private static final long ALMOST_A_MS = TimeUnit.MILLISECONDS.toNanos(1) - 1;

    /** Runs a task later. */
    @FunctionalInterface
    public interface Delay {
        /**
         * @param ms ms from now, 0 or more
         * @param task the task
         * @return cancels the task; idempotent
         */
        Runnable schedule(long ms, Runnable task);
    }

    private final Clock clock;
    private final Delay delay;
    private final Runnable task;
    /** Cancels the run that is due; null while none is. */
    private Runnable timer;

    private long dueAt;

    /**
     * @param clock of the ends
     * @param delay runs the task later
     * @param task calls {@link #fired} at its begin
     */
    public EarliestTimer(Clock clock, Delay delay, Runnable task) {
        this.clock = clock;
        this.delay = delay;
        this.task = task;
    }

    /** @param at when the task is to run at the latest, in the clock's nanos; it may run earlier */
    public void arm(long at) {
        if (timer != null && dueAt - at <= 0) {
            return;
        }
        cancel();
        dueAt = at;
        long nanos = Math.max(0, at - clock.nanos());
        timer = delay.schedule(TimeUnit.NANOSECONDS.toMillis(nanos + ALMOST_A_MS), task);
    }

    /** Notes that the task runs: call it at its begin. */
    public void fired() {
        timer = null;
    }

    /** Keeps the task from running. */
    public void cancel() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}
