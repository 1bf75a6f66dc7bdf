// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a step on a thread of its own, each time it is woken. A step that fails, for whatever reason, is
 * logged and runs again at the next wake. Thread-safe.
 */
public final class UpkeepThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UpkeepThread.class);

    private final String what;
    private final Runnable step;
    private final Scheduler scheduler;
    private final List<Scheduler.Task> wakes = new ArrayList<>();
    private final Thread thread;
    private boolean due;
    private boolean closed;

    /**
     * Starts the thread, which waits.
     *
     * @param scheduler runs the thread
     * @param name the thread's name
     * @param what what the step does, for the log
     * @param step may wait for requests
     */
    public UpkeepThread(Scheduler scheduler, String name, String what, Runnable step) {
        this.what = what;
        this.step = step;
        this.scheduler = scheduler;
        thread = scheduler.start(name, this::run);
    }

    /**
     * Wakes the thread now and then, until {@link #close}.
     *
     * @param periodMs ms to the first wake, and between two, at least 1
     * @return this
     */
    public UpkeepThread every(long periodMs) {
        return every(periodMs, () -> {});
    }

    /**
     * Wakes the thread now and then, until {@link #close}.
     *
     * @param periodMs ms to the first wake, and between two, at least 1
     * @param before runs before the wake, on another thread; must be short
     * @return this
     */
    public UpkeepThread every(long periodMs, Runnable before) {
        synchronized (wakes) {
            wakes.add(scheduler.scheduleEvery(periodMs, () -> {
                before.run();
                wake();
            }));
        }
        return this;
    }

    /** Has the step run, once more if it runs at present. */
    public synchronized void wake() {
        due = true;
        notifyAll();
    }

    private void run() {
        while (await()) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                SurvivedFailure.log(LOG, what + " failed, and is tried again", e);
            }
        }
    }

    private synchronized boolean await() {
        boolean interrupted = false;
        while (!closed && !due) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        due = false;
        return !closed;
    }

    /** Ends after the step in progress, but does not wait for it without a bound. Idempotent. */
    @Override
    public void close() {
        synchronized (wakes) {
            wakes.forEach(Scheduler.Task::cancel);
        }
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        WorkerThreads.join(thread);
    }
}
