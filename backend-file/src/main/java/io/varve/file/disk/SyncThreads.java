// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that wait for the device on behalf of syncs. Forces that run at the same time share the file system's journal commits, so many
 * are wanted when many files are dirty, and none when few are: they start when there is work nobody idle takes, and end when idle.
 * Thread-safe.
 */
public final class SyncThreads implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final Scheduler scheduler;
    private final int most;
    private final LinkedTransferQueue<Runnable> work = new LinkedTransferQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closed;

    /** @param most threads at once, 0 or more */
    public SyncThreads(Scheduler scheduler, int most) {
        this.scheduler = scheduler;
        this.most = most;
    }

    int most() {
        return most;
    }

    /** Runs a task at once, unless every thread is busy: then not at all. */
    void offer(Runnable task) {
        if (work.tryTransfer(task)) {
            return;
        }
        int number = running.incrementAndGet();
        if (closed || number > most) {
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
