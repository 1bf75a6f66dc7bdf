// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.logging.LogThrottle;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work that takes long on a few threads of its own, first come, first served. A thread lives while there
 * is something to do. Thread-safe.
 */
public final class WorkQueue {
    private static final Logger LOG = LoggerFactory.getLogger(WorkQueue.class);

    /** Clients may cause what fails. Lines are for people: the machine's clock paces them. */
    private final LogThrottle failures = new LogThrottle(LOG, Clock.system());

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

    /**
     * @param work runs once; should not throw: nobody learns of it but the log
     * @throws RuntimeException if there is no thread for the work, which does not run then; likewise an Error
     */
    public synchronized void add(Runnable work) {
        waiting.add(work);
        if (threads < maxThreads) {
            startThread(work);
        }
    }

    private void startThread(Runnable work) {
        try {
            scheduler.start(name, this::run);
            threads++;
        } catch (RuntimeException | Error e) {
            if (threads == 0) {
                waiting.remove(work);
                throw e;
            }
        }
    }

    private void run() {
        for (Runnable next = next(); next != null; next = next()) {
            try {
                next.run();
            } catch (RuntimeException | Error e) {
                failures.warn(e, "Work of {} failed in a way it should not; please report this", name);
            }
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
