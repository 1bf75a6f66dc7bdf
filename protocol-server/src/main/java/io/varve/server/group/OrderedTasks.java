// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one after the other on a thread of its own, because they may block. Thread-safe. */
final class OrderedTasks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OrderedTasks.class);

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    OrderedTasks(String name, Scheduler scheduler) {
        thread = scheduler.start(name, this::loop);
    }

    /** Does nothing after {@link #close}. */
    void add(Runnable task) {
        queue.add(task);
    }

    boolean isClosed() {
        return closed;
    }

    private void loop() {
        while (!closed) {
            try {
                queue.take().run();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("A task of {} failed", thread.getName(), e);
            }
        }
    }

    /** Drops what has not begun; a task under way ends by itself. Idempotent. */
    @Override
    public void close() {
        closed = true;
        queue.add(() -> {});
    }
}
