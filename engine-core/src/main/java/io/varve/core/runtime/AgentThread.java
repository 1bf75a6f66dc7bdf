// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an agent on a thread of its own. A wake-up costs a look at one flag while the agent is busy, and
 * allocates nothing.
 *
 * <pre>
 *            wake                    wake
 *   RUNNING ------> WOKEN <------------------ PARKED
 *      ^              |                          ^
 *      '--------------'   no work, not woken     |
 *      |    next step  --------------------------'
 * </pre>
 */
final class AgentThread implements Scheduler.Agent {
    private static final Logger LOG = LoggerFactory.getLogger(AgentThread.class);
    /** Pause in ms after a step that threw. */
    static final long PAUSE_AFTER_FAILURE_MS = 1000;

    /** A shorter pause in ns passes by the machine's clock: timers count in ms. */
    private static final long SHORT_NANOS = 1_000_000;

    private static final int RUNNING = 0;
    private static final int WOKEN = 1;
    private static final int PARKED = 2;

    private final String name;
    private final Scheduler.AgentStep step;
    private final Scheduler timers;
    private final AtomicInteger state = new AtomicInteger(WOKEN);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param threads gives the agent its thread, which starts at once
     * @param timers tells when the pause after a step is over; null for the machine's clock
     */
    AgentThread(String name, Scheduler.AgentStep step, Scheduler threads, Scheduler timers) {
        this.name = name;
        this.step = step;
        this.timers = timers;
        this.thread = threads.start(name, this::run);
    }

    @Override
    public void wake() {
        if (state.get() != WOKEN && state.getAndSet(WOKEN) == PARKED) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public boolean close(long waitMs) {
        closing = true;
        wake();
        return Thread.currentThread() != thread && BlockingWait.await(ended, waitMs);
    }

    private void run() {
        try {
            while (true) {
                state.set(RUNNING);
                boolean last = closing;
                Thread.interrupted(); // left by a callback; files would be closed under the next step
                long pause = run(name, step, failure -> {});
                if (pause > Scheduler.AgentStep.AGAIN) {
                    if (last) {
                        return;
                    }
                    park(pause);
                }
            }
        } finally {
            ended.complete(null);
        }
    }

    /**
     * Runs a step; a failure is logged and ends the step, not the agent.
     *
     * @param failures learns of it too
     */
    static long run(String name, Scheduler.AgentStep step, Consumer<Throwable> failures) {
        try {
            return step.run();
        } catch (RuntimeException | Error e) {
            LOG.error("{} failed; it goes on in {} ms", name, PAUSE_AFTER_FAILURE_MS, e);
            failures.accept(e);
            return Scheduler.AgentStep.pauseMs(PAUSE_AFTER_FAILURE_MS);
        }
    }

    private void park(long nanos) {
        if (!state.compareAndSet(RUNNING, PARKED)) {
            return; // woken meanwhile
        }
        if (timers == null || nanos == Scheduler.AgentStep.UNTIL_WOKEN || nanos < SHORT_NANOS) {
            parkNanos(nanos);
        } else {
            Scheduler.Task timer = timers.schedule((nanos - 1) / SHORT_NANOS + 1, this::wake);
            parkNanos(Long.MAX_VALUE);
            timer.cancel();
        }
    }

    /** Parks until the agent is woken, or the time is over. */
    private void parkNanos(long limit) {
        long begin = Clock.system().nanos();
        long left = limit;
        while (state.get() == PARKED && left > 0) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted(); // or the next park would not wait
            left = limit - (Clock.system().nanos() - begin);
        }
    }
}
