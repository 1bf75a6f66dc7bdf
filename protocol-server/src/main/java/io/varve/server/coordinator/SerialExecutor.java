// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one after the other on its own thread, because tasks may block. Thread-safe. */
public final class SerialExecutor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);
    /** Max ms that a close waits for the task under way. */
    private static final long END_MS = 1_000;

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * @param name the thread's name
     * @param scheduler starts the thread
     */
    public SerialExecutor(String name, Scheduler scheduler) {
        thread = scheduler.start(name, this::loop);
    }

    /**
     * Queues a task. Does nothing after {@link #stop}.
     *
     * @param task may block
     */
    public void add(Runnable task) {
        queue.add(task);
    }

    /** @return true if a task under way should end */
    public boolean isStopped() {
        return stopped;
    }

    private void loop() {
        while (!stopped) {
            try {
                queue.take().run();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!stopped) {
                    LOG.error("A task of {} failed", thread.getName(), e);
                }
            }
        }
    }

    /**
     * Drops the tasks that have not begun. A task under way ends by checking {@link #isStopped}, or by an act
     * of its owner. Idempotent.
     */
    public void stop() {
        stopped = true;
        queue.add(() -> {});
    }

    /**
     * Stops, and waits up to a second for the task under way, so that its resources are not closed while it
     * uses them. Idempotent.
     */
    @Override
    public void close() {
        stop();
        if (Thread.currentThread() != thread) {
            try {
                thread.join(END_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
