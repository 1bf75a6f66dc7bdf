// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs forces on threads of its own. Forces that run at the same time share the file system's journal
 * commits, so many threads are wanted when many files are dirty, and none when few are: a thread starts when
 * no idle one takes the work, and ends when it was idle. Thread-safe.
 */
public final class SyncThreads implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final Scheduler scheduler;
    private final int max;
    private final LinkedTransferQueue<Runnable> work = new LinkedTransferQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    /** @param max threads at once, 0 or more */
    public SyncThreads(Scheduler scheduler, int max) {
        this.scheduler = scheduler;
        this.max = max;
    }

    int max() {
        return max;
    }

    /** Runs a task at once, unless every thread is busy: then not at all. */
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

    /** Lets the idle threads end; busy ones do when they have finished. */
    @Override
    public void close() {
        closed = true;
        while (work.tryTransfer(() -> {})) {
            Thread.onSpinWait();
        }
    }
}
