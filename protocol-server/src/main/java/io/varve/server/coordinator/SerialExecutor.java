// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one after the other on a thread of its own, because they may block. Thread-safe. */
public final class SerialExecutor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);
    /** How long in ms closing waits for the task under way. */
    private static final long END_MS = 1_000;

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * @param name the thread's name
     * @param scheduler gives the thread
     */
    public SerialExecutor(String name, Scheduler scheduler) {
        thread = scheduler.start(name, this::loop);
    }

    /**
     * Runs a task after those before it. Does nothing after {@link #stop}.
     *
     * @param task may block
     */
    public void add(Runnable task) {
        queue.add(task);
    }

    /** @return whether a task under way should end */
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
     * Drops what has not begun; a task under way is told by {@link #isStopped} or by its owner to end.
     * Idempotent.
     */
    public void stop() {
        stopped = true;
        queue.add(() -> {});
    }

    /**
     * Stops, and waits a while for the task under way, so that nothing it uses is closed under it.
     * Idempotent.
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
