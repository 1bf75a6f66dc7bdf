// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Scheduler;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Runs work that takes long on a few threads of its own, first come, first served. A thread lives while there
 * is something to do. Thread-safe.
 */
public final class WorkQueue {
    private final Scheduler scheduler;
    private final String name;
    private final int maxThreads;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int threads;

    /**
     * @param scheduler gives threads
     * @param name name of the threads
     * @param maxThreads max number of threads, at least 1
     */
    public WorkQueue(Scheduler scheduler, String name, int maxThreads) {
        this.scheduler = scheduler;
        this.name = name;
        this.maxThreads = maxThreads;
    }

    /** @param work runs once; must not throw */
    public synchronized void add(Runnable work) {
        waiting.add(work);
        if (threads < maxThreads) {
            threads++;
            scheduler.start(name, this::run);
        }
    }

    private void run() {
        for (Runnable next = next(); next != null; next = next()) {
            next.run();
        }
    }

    private synchronized Runnable next() {
        Runnable next = waiting.poll();
        if (next == null) {
            threads--;
        }
        return next;
    }
}
