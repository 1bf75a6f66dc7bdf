// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Serves as a clock and a scheduler that a test moves by hand. Tasks run in {@link #advance} only, in order
 * of time, on the caller's thread. Loops of {@link #start} get real threads. Thread-safe, but meant for one
 * driver.
 */
public final class VirtualTime implements Clock, Scheduler {
    private static final long NANOS_PER_MS = 1_000_000;

    private record Due(long at, long order, Runnable task, boolean[] cancelled) {}

    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private long now;
    private long scheduled;

    /** @param startMs the initial time in ms since the epoch */
    public VirtualTime(long startMs) {
        now = startMs;
    }

    @Override
    public synchronized long millis() {
        return now;
    }

    @Override
    public synchronized long nanos() {
        return now * NANOS_PER_MS;
    }

    @Override
    public Task schedule(long delayMs, Runnable task) {
        boolean[] cancelled = new boolean[1];
        enqueue(delayMs, task, cancelled);
        return () -> cancelled[0] = true;
    }

    @Override
    public Task scheduleEvery(long periodMs, Runnable task) {
        boolean[] cancelled = new boolean[1];
        Runnable again = new Runnable() {
            @Override
            public void run() {
                task.run();
                enqueue(periodMs, this, cancelled);
            }
        };
        enqueue(periodMs, again, cancelled);
        return () -> cancelled[0] = true;
    }

    @Override
    public Thread start(String name, Runnable loop) {
        Thread thread = new Thread(loop, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * Advances the time, and runs the tasks that become due.
     *
     * @param ms number of ms, 0 or more
     */
    public void advance(long ms) {
        long target = millis() + ms;
        for (Due due = next(target); due != null; due = next(target)) {
            due.task.run();
        }
        synchronized (this) {
            now = target;
        }
    }

    private synchronized void enqueue(long delayMs, Runnable task, boolean[] cancelled) {
        queue.add(new Due(now + delayMs, scheduled++, task, cancelled));
    }

    private synchronized Due next(long target) {
        while (!queue.isEmpty() && queue.peek().at <= target) {
            Due due = queue.poll();
            if (!due.cancelled[0]) {
                now = Math.max(now, due.at);
                return due;
            }
        }
        return null;
    }

    @Override
    public synchronized void close() {
        queue.clear();
    }
}
