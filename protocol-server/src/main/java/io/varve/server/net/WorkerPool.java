// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.runtime.Scheduler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks that would block an event loop for too long, on a few threads that are started when they are
 * needed. The flow that has used the least time runs first (start-time fair queuing): a flow's next task is
 * ordered by the time its flow has used. However many tasks of greedy flows wait, the task of a modest flow
 * runs when the next thread is free. A flow has one task at a time. Thread-safe.
 */
public final class WorkerPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
    private static final int CLOSE_MS = 1_000;

    /** Counts the time that one connection has used in the pool. Guarded by the pool. */
    public static final class Flow {
        private long usedNanos;

        /** The task that runs now; null when none does. */
        private Task running;

        private long begunNanos;
    }

    private record Task(long start, long number, Flow flow, Runnable work, Runnable dropped) {}

    private final String name;
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
     * The start tag of the task begun last. A new flow begins here: it cannot claim time from before it
     * existed.
     */
    private long now;

    /**
     * Starts no thread yet.
     *
     * @param name the threads' name, before their number
     * @param maxThreads max number of threads, at least 1
     * @param clock measures how long tasks take
     * @param scheduler starts the threads
     */
    public WorkerPool(String name, int maxThreads, Clock clock, Scheduler scheduler) {
        this.name = name;
        this.maxThreads = maxThreads;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * Runs a task, in its turn.
     *
     * @param flow the flow of the task; no other task of it may wait
     * @param work runs once, unless the pool is closed first
     * @param dropped runs instead of it then, on the thread that closes the pool or calls this method
     */
    public void execute(Flow flow, Runnable work, Runnable dropped) {
        if (!add(flow, work, dropped)) {
            dropped.run();
        }
    }

    /** @return false if the pool is closed */
    private synchronized boolean add(Flow flow, Runnable work, Runnable dropped) {
        if (closed) {
            return false;
        }
        if (flow.running != null) {
            // The last task of the flow has handed over its result, and is about to end.
            charge(flow.running);
        }
        waiting.add(new Task(Math.max(now, flow.usedNanos), tasks++, flow, work, dropped));
        if (idle >= waiting.size()) {
            notify();
        } else if (threads.size() < maxThreads) {
            threads.add(scheduler.start(name + threads.size(), this::run));
        }
        return true;
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

    synchronized void read(Readings readings) {
        readings.add(NetMetrics.WORKERS_BUSY, threads.size() - idle);
        readings.add(NetMetrics.WORKERS_MAX, maxThreads);
        readings.add(NetMetrics.WORKERS_QUEUE, waiting.size());
    }

    /** Begins no further task, and waits up to a second for each running thread. Idempotent. */
    @Override
    public void close() {
        List<Thread> running;
        List<Task> dropped;
        synchronized (this) {
            closed = true;
            dropped = List.copyOf(waiting);
            waiting.clear();
            notifyAll();
            running = List.copyOf(threads);
        }
        for (Task task : dropped) {
            try {
                task.dropped.run();
            } catch (RuntimeException | Error e) {
                LOG.error("A request's task could not be given up; going on with the others", e);
            }
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
