// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks on a few threads, which it starts when they are first needed. Thread-safe. */
final class PartThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PartThreads.class);

    private final Scheduler scheduler;
    private final int max;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private int started;
    private int idle;
    private boolean closed;

    PartThreads(Scheduler scheduler, int max) {
        this.scheduler = scheduler;
        this.max = max;
    }

    int max() {
        return max;
    }

    /**
     * Runs a task soon.
     *
     * @param task handles its own failures
     * @return false if the threads have ended: the task does not run
     */
    synchronized boolean execute(Runnable task) {
        if (closed) {
            return false;
        }
        tasks.add(task);
        if (idle < tasks.size() && started < max) {
            start(task);
        }
        notifyAll();
        return true;
    }

    /** The machine may have no thread left to give: those that run do the work then. */
    private void start(Runnable task) {
        try {
            scheduler.start("s3-part-" + started, this::run);
            started++;
        } catch (Error e) {
            if (started == 0) {
                tasks.removeLastOccurrence(task);
                throw e;
            }
            SurvivedFailure.log(LOG, "thread " + started + " for parts of uploads did not start", e);
        }
    }

    private void run() {
        for (Runnable task = take(); task != null; task = take()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                SurvivedFailure.log(LOG, "a part of an upload was left as it was", e);
            }
        }
    }

    private synchronized Runnable take() {
        idle++;
        while (tasks.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Not how these threads end; a request that is interrupted reports it.
            }
        }
        idle--;
        return tasks.poll();
    }

    /** Ends the threads when the tasks that were taken have run. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
