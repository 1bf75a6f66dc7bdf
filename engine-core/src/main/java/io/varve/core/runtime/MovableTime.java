// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves as a clock and a scheduler whose time runs along with the machine's, and jumps ahead on command.
 * Tasks that become due in a jump run one after another on the caller's thread, each at its own time. At
 * other times the machine's scheduler runs them.
 *
 * <p>Only {@link #millis} jumps. {@link #nanos} is the machine's time: what measures how long the machine
 * takes, or gives it time for something, must not see a jump. Thread-safe.
 */
public final class MovableTime implements Clock, Scheduler {
    /** Max ms by which this time may be ahead of the machine's: a thousand years of 365.25 days. */
    public static final long MAX_AHEAD_MS = 31_557_600_000_000L;

    /**
     * Max number of times that a jump runs a periodic task, besides its end: a year has 100,000 periods of
     * five minutes, and the last ones leave nothing of the others.
     */
    static final int STEPS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(MovableTime.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** Between two steps of a jump, tasks due within this time in ms run as at other times. */
    private static final long SOON_MS = 60_000;

    private final Clock machine;
    private final Scheduler tasks;
    /** What is to run, in order of time. Guarded by this, as all fields that are not final. */
    private final TreeSet<Timed> queue =
            new TreeSet<>(Comparator.comparingLong((Timed timed) -> timed.due).thenComparingLong(timed -> timed.order));

    private final Object jump = new Object();
    private long order;
    private int running;
    /** True while a jump runs tasks, so that the machine's scheduler must not. */
    private boolean jumping;

    private volatile long aheadMs;

    /** A task in the queue; periodic if its period is more than 0. */
    private static final class Timed {
        final long order;
        final long periodMs;
        final Runnable task;
        long due;
        boolean cancelled;
        Task armed = () -> {};

        Timed(long order, long periodMs, Runnable task) {
            this.order = order;
            this.periodMs = periodMs;
            this.task = task;
        }
    }

    /**
     * @param machine the machine's time
     * @param tasks runs tasks at the machine's time, and threads; closed with this
     */
    public MovableTime(Clock machine, Scheduler tasks) {
        this.machine = machine;
        this.tasks = tasks;
    }

    @Override
    public long millis() {
        return machine.millis() + aheadMs;
    }

    @Override
    public long nanos() {
        return machine.nanos();
    }

    /** @return the machine's time in ms since the epoch */
    public long machineMillis() {
        return machine.millis();
    }

    /** @return ms by which this time is ahead of the machine's, 0 or more */
    public long aheadMs() {
        return aheadMs;
    }

    /** @return the scheduler that runs tasks at the machine's time: a jump does not move them */
    public Scheduler machine() {
        return tasks;
    }

    /**
     * Sets the time ahead, as an earlier run left it. No task becomes due by this: each keeps its delay.
     *
     * @param ms ms ahead of the machine, between {@link #aheadMs} and {@link #MAX_AHEAD_MS}
     */
    public void restore(long ms) {
        synchronized (jump) {
            synchronized (this) {
                check(ms);
                long moved = ms - aheadMs;
                queue.forEach(timed -> timed.due += moved); // all by the same, so the order stays
                aheadMs = ms;
            }
        }
    }

    private void check(long ms) {
        if (ms < aheadMs || ms > MAX_AHEAD_MS) {
            throw new IllegalArgumentException(
                    "time is " + aheadMs + " ms ahead, and can be up to " + MAX_AHEAD_MS + " ms ahead, not " + ms);
        }
    }

    /**
     * Jumps. Runs the tasks that become due, in the order of their times, each when this clock shows its time
     * or a little later. A periodic task runs at most about {@link #STEPS} times, and once more at the end.
     * Jumps of several threads run one after another. A task must not call this.
     *
     * @param ms ms ahead of the machine at the end, between {@link #aheadMs} and {@link #MAX_AHEAD_MS}
     * @param settle called after each group of tasks and at the end: waits until what they began is done
     */
    public void jumpTo(long ms, Runnable settle) {
        synchronized (jump) {
            check(ms);
            try {
                settle.run();
                long width = Math.max(1, (ms - aheadMs) / STEPS);
                for (long from = firstDue(ms); from <= ms; from = firstDue(ms)) {
                    long end = Math.min(ms, from + width);
                    runUntil(end);
                    settle.run();
                    // What the tasks have begun may schedule the next ones at once: time passes all the same.
                    move(end);
                }
                move(ms);
                runPeriodic();
            } finally {
                proceed(ms, Long.MAX_VALUE);
            }
            settle.run();
        }
    }

    /** Runs the tasks that are due until a time ahead. Periodic ones run once, whatever their period. */
    private void runUntil(long ahead) {
        pause();
        try {
            for (Timed due = take(ahead); due != null; due = take(ahead)) {
                runNow(due, ahead + 1);
            }
        } finally {
            proceed(aheadMs, SOON_MS);
        }
    }

    private void runPeriodic() {
        pause();
        List<Timed> periodic;
        synchronized (this) {
            periodic = queue.stream().filter(timed -> timed.periodMs > 0).toList();
            periodic.forEach(queue::remove);
        }
        periodic.forEach(timed -> runNow(timed, aheadMs));
    }

    private synchronized void move(long ahead) {
        aheadMs = Math.max(aheadMs, ahead);
    }

    /** Waits until no task runs, and keeps the machine's scheduler from running more. */
    private synchronized void pause() {
        jumping = true;
        boolean interrupted = false;
        while (running > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sets the time ahead, and lets the machine's scheduler run what is due within some ms. */
    private synchronized void proceed(long ahead, long withinMs) {
        aheadMs = Math.max(aheadMs, ahead);
        jumping = false;
        long now = line();
        for (Timed timed : queue) {
            if (timed.due - now > withinMs) {
                break;
            }
            arm(timed);
        }
    }

    /** @return the time ahead at which the next task is due; more than the max if none is before it */
    private synchronized long firstDue(long maxAhead) {
        return queue.isEmpty() ? maxAhead + 1 : Math.max(aheadMs, queue.first().due - machineLine());
    }

    private synchronized Timed take(long ahead) {
        if (queue.isEmpty() || queue.first().due - machineLine() > ahead) {
            return null;
        }
        Timed due = queue.pollFirst();
        aheadMs = Math.max(aheadMs, due.due - machineLine());
        return due;
    }

    private void runNow(Timed timed, long againAhead) {
        synchronized (this) {
            timed.armed.cancel();
            if (timed.cancelled) {
                return;
            }
        }
        run(timed);
        again(timed, machineLine() + againAhead);
    }

    private static void run(Timed timed) {
        try {
            timed.task.run();
        } catch (RuntimeException | Error e) {
            SurvivedFailure.log(LOG, "A background task failed; it runs again if it is periodic", e);
        }
    }

    private synchronized void again(Timed timed, long notBefore) {
        if (timed.periodMs > 0 && !timed.cancelled) {
            timed.due = Math.max(line() + timed.periodMs, notBefore);
            enqueue(timed);
        }
    }

    @Override
    public Task schedule(long delayMs, Runnable task) {
        return add(delayMs, 0, task);
    }

    @Override
    public Task scheduleEvery(long periodMs, Runnable task) {
        return add(periodMs, periodMs, task);
    }

    private synchronized Task add(long delayMs, long periodMs, Runnable task) {
        Timed timed = new Timed(order++, periodMs, task);
        timed.due = line() + delayMs;
        enqueue(timed);
        return () -> cancel(timed);
    }

    private synchronized void cancel(Timed timed) {
        timed.cancelled = true;
        queue.remove(timed);
        timed.armed.cancel();
    }

    private void enqueue(Timed timed) {
        queue.add(timed);
        if (!jumping) {
            arm(timed);
        }
    }

    /** Has the machine's scheduler run a task of the queue when it is due. */
    private void arm(Timed timed) {
        timed.armed.cancel();
        timed.armed = tasks.schedule(Math.max(0, timed.due - line()), () -> fire(timed));
    }

    private void fire(Timed timed) {
        synchronized (this) {
            if (jumping || !queue.remove(timed)) {
                return; // the jump runs it, or arms it again
            }
            running++;
        }
        try {
            run(timed);
        } finally {
            synchronized (this) {
                running--;
                notifyAll();
                again(timed, 0);
            }
        }
    }

    /** @return a time in ms that never goes back, for the queue: the machine's wall clock may be set */
    private long machineLine() {
        return machine.nanos() / NANOS_PER_MS;
    }

    private long line() {
        return machineLine() + aheadMs;
    }

    /** {@inheritDoc} Its pauses end by this time, also within a jump. */
    @Override
    public Agent agent(String name, AgentStep step) {
        return new AgentThread(name, step, tasks, this);
    }

    @Override
    public Agent worker(String name, AgentStep step) {
        return agent(name, step);
    }

    @Override
    public boolean await(CompletableFuture<?> done, long ms) {
        return BlockingWait.await(done, ms, this);
    }

    @Override
    public Thread start(String name, Runnable loop) {
        return tasks.start(name, loop);
    }

    @Override
    public void close() {
        List<Timed> left;
        synchronized (this) {
            left = new ArrayList<>(queue);
            queue.clear();
        }
        left.forEach(timed -> timed.armed.cancel());
        tasks.close();
    }
}
