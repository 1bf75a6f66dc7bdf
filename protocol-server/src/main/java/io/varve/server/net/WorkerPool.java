// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what takes longer than an event loop may stand still, on a few threads that are made when they are
 * needed. The flow that has used the threads least goes first (start-time fair queuing): each flow's next
 * task counts from the end of its last one in time used. However many tasks of greedy flows wait, a modest
 * flow's turn comes when a thread is free. A flow has one task at a time. Thread-safe.
 */
final class WorkerPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
    private static final int CLOSE_MS = 1_000;

    /** Counts what one connection has used of the pool. Guarded by the pool. */
    static final class Flow {
        private long usedNanos;

        /** What it runs now, since when; null when nothing. */
        private Task running;

        private long begunNanos;
    }

    private record Task(long start, long number, Flow flow, Runnable work) {}

    private final int maxThreads;
    private final Clock clock;
    private final Scheduler scheduler;
    private final List<Thread> threads = new ArrayList<>();
    private final PriorityQueue<Task> waiting =
            new PriorityQueue<>(Comparator.comparingLong(Task::start).thenComparingLong(Task::number));
    private long tasks;
    private int idle;
    private boolean closed;

    /**
     * The start of the task begun last. A new flow begins here: it cannot claim the time it was not there.
     */
    private long now;

    /**
     * @param maxThreads how many threads there may be, at least 1
     * @param clock measures what tasks take
     * @param scheduler makes the threads
     */
    WorkerPool(int maxThreads, Clock clock, Scheduler scheduler) {
        this.maxThreads = maxThreads;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * @param flow whose task it is; has no other one here
     * @param work what to run, once, unless the pool is closed first
     */
    synchronized void execute(Flow flow, Runnable work) {
        if (closed) {
            return;
        }
        if (flow.running != null) {
            // Its last task has said what it had to say, and is about to end.
            charge(flow.running);
        }
        waiting.add(new Task(Math.max(now, flow.usedNanos), tasks++, flow, work));
        if (idle >= waiting.size()) {
            notify();
        } else if (threads.size() < maxThreads) {
            threads.add(scheduler.start("request-worker-" + threads.size(), this::run));
        }
    }

    private void run() {
        for (Task task = next(); task != null; task = next()) {
            try {
                task.work.run();
            } catch (RuntimeException | Error e) {
                LOG.error("A request's task failed; the thread goes on", e);
            }
            end(task);
        }
    }

    private synchronized Task next() {
        while (waiting.isEmpty() && !closed) {
            idle++;
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.debug("interrupted, which has no meaning here");
            } finally {
                idle--;
            }
        }
        if (closed) {
            return null;
        }
        Task task = waiting.poll();
        now = Math.max(now, task.start);
        task.flow.running = task;
        task.flow.begunNanos = clock.nanos();
        return task;
    }

    private synchronized void end(Task task) {
        if (task.flow.running == task) {
            charge(task);
            task.flow.running = null;
        }
    }

    private void charge(Task task) {
        task.flow.usedNanos = task.start + clock.nanos() - task.flow.begunNanos;
    }

    /** Begins no further task, and waits a moment for those begun. Idempotent. */
    @Override
    public void close() {
        List<Thread> running;
        synchronized (this) {
            closed = true;
            waiting.clear();
            notifyAll();
            running = List.copyOf(threads);
        }
        try {
            for (Thread thread : running) {
                thread.join(CLOSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
