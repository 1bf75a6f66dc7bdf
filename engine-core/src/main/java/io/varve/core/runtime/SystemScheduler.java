// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks in real time on a small pool of daemon threads, and each agent on its own. Thread-safe. */
public final class SystemScheduler implements Scheduler {
    private static final Logger LOG = LoggerFactory.getLogger(SystemScheduler.class);
    private static final int CLOSE_SECONDS = 5;

    private final ScheduledThreadPoolExecutor pool;

    /** @param threads size of the pool, at least 1; threads are made on first use */
    public SystemScheduler(int threads) {
        AtomicInteger number = new AtomicInteger();
        pool = new ScheduledThreadPoolExecutor(
                threads, task -> DaemonThread.of("scheduler-" + number.getAndIncrement(), task));
        pool.setRemoveOnCancelPolicy(true);
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Task schedule(long delayMs, Runnable task) {
        ScheduledFuture<?> future = pool.schedule(logged(task), delayMs, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public Task scheduleEvery(long periodMs, Runnable task) {
        ScheduledFuture<?> future =
                pool.scheduleWithFixedDelay(logged(task), periodMs, periodMs, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public Agent agent(String name, AgentStep step) {
        return new AgentThread(name, step, this, null);
    }

    @Override
    public Agent worker(String name, AgentStep step) {
        return agent(name, step);
    }

    @Override
    public boolean await(CompletableFuture<?> done, long ms) {
        return BlockingWait.await(done, ms);
    }

    @Override
    public Thread start(String name, Runnable loop) {
        return DaemonThread.start(name, loop);
    }

    @Override
    public void close() {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Background tasks still running after {} s; leaving them", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                SurvivedFailure.log(LOG, "A background task failed; it runs again if it is periodic", e);
            }
        };
    }
}
