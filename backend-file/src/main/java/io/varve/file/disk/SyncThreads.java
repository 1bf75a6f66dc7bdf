// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs forces on its own threads. Forces that run at the same time share the file system's journal commits:
 * so many threads help when many files are dirty, and none when few are. A thread starts when no idle one
 * takes the work, and ends after 10 idle seconds. Thread-safe.
 */
public final class SyncThreads implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final Scheduler scheduler;
    private final int max;
    private final LinkedTransferQueue<Runnable> work = new LinkedTransferQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    /** @param max max threads at a time, 0 or more */
    public SyncThreads(Scheduler scheduler, int max) {
        this.scheduler = scheduler;
        this.max = max;
    }

    int max() {
        return max;
    }

    /** Runs a task at once on another thread; drops the task if every thread is busy. */
    void offer(Runnable task) {
        if (work.tryTransfer(task)) {
            return;
        }
        int number = running.incrementAndGet();
        if (closed || number > max) {
            running.decrementAndGet();
            return;
        }
        scheduler.start("sync-" + number, () -> run(task));
    }

    private void run(Runnable first) {
        try {
            for (Runnable task = first; task != null && !closed; task = work.poll(IDLE_SECONDS, TimeUnit.SECONDS)) {
                task.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.decrementAndGet();
        }
    }

    /** Ends the idle threads. A busy thread ends when its task has finished. */
    @Override
    public void close() {
        closed = true;
        while (work.tryTransfer(() -> {})) {
            Thread.onSpinWait();
        }
    }
}
