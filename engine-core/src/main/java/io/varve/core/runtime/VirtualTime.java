// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves as a clock and a scheduler that its driver moves by hand. Nothing runs but in a call of the driver:
 * {@link #advance}, {@link #runReady}, {@link #await}, or the close of an agent. Then one thing at a time
 * runs, in a fixed order: first the agents that are ready, in the order of their registration and each once
 * before the first runs again; when none is ready, the task that is due first, or was scheduled first among
 * those due at a time; when no task is due, the time moves on to the next one. Two runs of a program whose
 * background work is tasks and agents are equal.
 *
 * <p>Agents that wait ({@link #worker}) have threads, but only one of them runs at a time, and the driver
 * waits for it. Loops of {@link #start} are real threads, outside of that order.
 *
 * <p>Thread-safe, for one driver at a time: another one waits. A task or an agent may drive too, from within
 * its turn.
 */
public final class VirtualTime implements Clock, Scheduler {
    private static final Logger LOG = LoggerFactory.getLogger(VirtualTime.class);
    private static final long NANOS_PER_MS = 1_000_000;

    /** Holds a task and when it is due, in ns since the start. */
    private record Due(long at, long order, Runnable task) {}

    private final long startMs;
    private final boolean threads;
    private final NavigableSet<Due> queue =
            new TreeSet<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    /** Agents in the order of their registration. */
    private final List<VirtualAgent> agents = new ArrayList<>();
    /** Index of the agent to look at first for the next turn. */
    private int nextAgent;
    /** The thread that drives, or null. */
    private Thread driver;

    /** Ns since the start. */
    private long now;

    private long scheduled;
    private volatile Consumer<Throwable> taskFailures = failure -> {};

    /** @param startMs the initial time in ms since the epoch */
    public VirtualTime(long startMs) {
        this(startMs, false);
    }

    private VirtualTime(long startMs, boolean threads) {
        this.startMs = startMs;
        this.threads = threads;
    }

    /**
     * Gives agents real threads, so that they go on without a driver, as a server needs it. Their steps and
     * waits still end by this time. Two runs are not equal.
     *
     * @param startMs the initial time in ms since the epoch
     */
    public static VirtualTime withThreads(long startMs) {
        return new VirtualTime(startMs, true);
    }

    @Override
    public synchronized long millis() {
        return startMs + now / NANOS_PER_MS;
    }

    @Override
    public synchronized long nanos() {
        return startMs * NANOS_PER_MS + now;
    }

    @Override
    public Task schedule(long delayMs, Runnable task) {
        return scheduleNanos(AgentStep.pauseMs(delayMs), task);
    }

    /**
     * As {@link #schedule}.
     *
     * @param delay ns from now, 0 or more
     * @param task the task; must be short
     * @return cancels the task
     */
    public synchronized Task scheduleNanos(long delay, Runnable task) {
        Due due = new Due(after(delay), scheduled++, task);
        queue.add(due);
        return () -> cancel(due);
    }

    private synchronized void cancel(Due due) {
        queue.remove(due);
    }

    private synchronized long after(long delay) {
        return delay < Long.MAX_VALUE - now ? now + delay : Long.MAX_VALUE;
    }

    @Override
    public Task scheduleEvery(long periodMs, Runnable task) {
        return new Series(periodMs, task);
    }

    /** Repeats a task. */
    private final class Series implements Task {
        private final long periodMs;
        private final Runnable task;
        private Task next;
        private boolean cancelled;

        Series(long periodMs, Runnable task) {
            this.periodMs = periodMs;
            this.task = task;
            this.next = schedule(periodMs, this::run);
        }

        private void run() {
            runLogged(task);
            synchronized (VirtualTime.this) {
                if (!cancelled) {
                    next = schedule(periodMs, this::run);
                }
            }
        }

        @Override
        public void cancel() {
            synchronized (VirtualTime.this) {
                cancelled = true;
                next.cancel();
            }
        }
    }

    private void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A background task failed; it runs again if it is periodic", e);
            failed(e);
        }
    }

    /**
     * Names who learns of tasks and agents that fail, beside the log. To be called before anything is
     * scheduled.
     *
     * @param listener gets what a task or a step threw, in its turn
     */
    public void onTaskFailure(Consumer<Throwable> listener) {
        taskFailures = listener;
    }

    void failed(Throwable failure) {
        taskFailures.accept(failure);
    }

    @Override
    public Agent agent(String name, AgentStep step) {
        return threads ? new AgentThread(name, step, this, this) : register(new VirtualAgent(this, name, step, false));
    }

    @Override
    public Agent worker(String name, AgentStep step) {
        return threads ? agent(name, step) : register(new VirtualAgent(this, name, step, true));
    }

    private synchronized Agent register(VirtualAgent agent) {
        agents.add(agent);
        return agent;
    }

    @Override
    public Thread start(String name, Runnable loop) {
        Loop thread = new Loop(loop, name);
        thread.start();
        return thread;
    }

    /** Marks a thread that no driver waits for. */
    private static final class Loop extends Thread {
        Loop(Runnable loop, String name) {
            super(loop, name);
            setDaemon(true);
        }
    }

    /**
     * Advances the time, and runs what becomes due and ready.
     *
     * @param ms number of ms, 0 or more
     */
    public void advance(long ms) {
        advanceNanos(AgentStep.pauseMs(ms));
    }

    /**
     * As {@link #advance}.
     *
     * @param ns number of ns, 0 or more
     */
    public void advanceNanos(long ns) {
        drive(() -> false, after(ns));
    }

    /** Runs what is ready and due, without moving the time. */
    public void runReady() {
        advanceNanos(0);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A worker's wait ends its turn. The wait of the driver, of a task or of an {@link #agent} drives:
     * what is ready and due runs until the future is completed. The wait of a real thread drives nothing.
     */
    @Override
    public boolean await(CompletableFuture<?> done, long ms) {
        Thread current = Thread.currentThread();
        if (done.isDone()) {
            return true;
        }
        if (current instanceof Strand.Carrier carrier) {
            carrier.agent.await(done, ms);
        } else if (threads || current instanceof Loop || isDrivenByOther(current)) {
            BlockingWait.await(done, ms, this);
        } else if (!drive(done::isDone, after(AgentStep.pauseMs(ms))) && ms == AgentStep.UNTIL_WOKEN) {
            BlockingWait.await(done, ms, this); // only a real thread can complete it
        }
        return done.isDone();
    }

    private synchronized boolean isDrivenByOther(Thread current) {
        return driver != null && driver != current;
    }

    /**
     * Gives turns until a condition holds, or until nothing is left to run up to a time, which it then is.
     *
     * @param target ns since the start
     * @return whether the condition holds
     */
    private boolean drive(BooleanSupplier done, long target) {
        Thread before = enter();
        try {
            while (!done.getAsBoolean()) {
                Runnable turn = next(target);
                if (turn == null) {
                    return false;
                }
                turn.run();
            }
            return true;
        } finally {
            leave(before);
        }
    }

    /** @return the next turn; null if there is none up to the target, which is now the time */
    private synchronized Runnable next(long target) {
        for (int i = 0; i < agents.size(); i++) {
            int index = (nextAgent + i) % agents.size();
            if (agents.get(index).isReady()) {
                nextAgent = index + 1;
                return agents.get(index)::turn;
            }
        }
        nextAgent = 0;
        if (!queue.isEmpty() && queue.first().at <= target) {
            Due due = queue.pollFirst();
            now = Math.max(now, due.at);
            return () -> runLogged(due.task);
        }
        if (target != Long.MAX_VALUE) {
            now = Math.max(now, target);
        }
        return null;
    }

    synchronized void remove(VirtualAgent agent) {
        int index = agents.indexOf(agent);
        agents.remove(index);
        if (index < nextAgent) {
            nextAgent--;
        }
    }

    /** @return the driver before, for {@link #leave} */
    private synchronized Thread enter() {
        Thread current = Thread.currentThread();
        boolean interrupted = false;
        while (isDrivenByOther(current) && !(current instanceof Strand.Carrier)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            current.interrupt();
        }
        Thread before = driver;
        driver = current;
        return before;
    }

    private synchronized void leave(Thread before) {
        driver = before;
        notifyAll();
    }

    /** Cancels the tasks. Agents are ended by their owners. */
    @Override
    public synchronized void close() {
        queue.clear();
    }
}
