// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Scheduler;
import java.util.ArrayDeque;

/** Runs tasks on a few threads, which it starts when they are first needed. Thread-safe. */
final class PartThreads implements AutoCloseable {
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
            scheduler.start("s3-part-" + started, this::run);
            started++;
        }
        notifyAll();
        return true;
    }

    private void run() {
        for (Runnable task = take(); task != null; task = take()) {
            task.run();
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
