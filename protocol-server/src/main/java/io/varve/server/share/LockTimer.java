// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.concurrent.TimeUnit;

/** Runs a task when the first of many locks ends: one timer, however many locks. Not thread-safe. */
final class LockTimer {
    private static final long ALMOST_A_MS = TimeUnit.MILLISECONDS.toNanos(1) - 1;

    private final Clock clock;
    private final Scheduler scheduler;
    private final Runnable task;
    /** Null while no run is due. */
    private Scheduler.Task timer;

    private long dueAt;

    LockTimer(Clock clock, Scheduler scheduler, Runnable task) {
        this.clock = clock;
        this.scheduler = scheduler;
        this.task = task;
    }

    /** @param at when the task is to run at the latest, in the clock's nanos; it may run earlier */
    void arm(long at) {
        if (timer != null && dueAt - at <= 0) {
            return;
        }
        cancel();
        dueAt = at;
        long nanos = Math.max(0, at - clock.nanos());
        timer = scheduler.schedule(TimeUnit.NANOSECONDS.toMillis(nanos + ALMOST_A_MS), task);
    }

    /** Notes that the task runs: call it at its begin. */
    void fired() {
        timer = null;
    }

    /** Keeps the task from running. */
    void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
