// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a step as an agent whenever it is woken or its time has come. A step that fails is logged and run
 * again the next time: upkeep ends by {@link #close} only. Thread-safe.
 */
public final class UpkeepAgent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UpkeepAgent.class);

    private final String name;
    private final String what;
    private final Runnable step;
    private final Scheduler scheduler;
    private final Scheduler.Agent agent;
    private final List<Scheduler.Task> wakes = new ArrayList<>();
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile boolean closed;

    private UpkeepAgent(Scheduler scheduler, String name, String what, Runnable step, boolean waits) {
        this.name = name;
        this.what = what;
        this.step = step;
        this.scheduler = scheduler;
        agent = waits ? scheduler.worker(name, this::runIfDue) : scheduler.agent(name, this::runIfDue);
    }

    /**
     * Starts an agent whose steps wait for the bucket.
     *
     * @param scheduler runs the agent
     * @param name the agent's name
     * @param what what the step does, for the log of failures
     * @param step runs when it is due, one run at a time
     * @return the agent; nothing is due yet
     */
    public static UpkeepAgent waiting(Scheduler scheduler, String name, String what, Runnable step) {
        return new UpkeepAgent(scheduler, name, what, step, true);
    }

    /**
     * Starts an agent whose steps do not wait for the bucket.
     *
     * @param scheduler as above
     * @param name as above
     * @param what as above
     * @param step as above
     * @return as above
     */
    public static UpkeepAgent local(Scheduler scheduler, String name, String what, Runnable step) {
        return new UpkeepAgent(scheduler, name, what, step, false);
    }

    /**
     * Has the step run periodically.
     *
     * @param periodMs ms between two runs, at least 1; the first run takes place after it too
     * @return this
     */
    public UpkeepAgent every(long periodMs) {
        return every(periodMs, () -> true);
    }

    /**
     * Has the step run periodically, when there is something to do.
     *
     * @param periodMs ms between two looks, at least 1; the first one takes place after it too
     * @param wanted whether the step is to run; asked on another thread; must be short
     * @return this
     */
    public UpkeepAgent every(long periodMs, BooleanSupplier wanted) {
        synchronized (wakes) {
            wakes.add(scheduler.scheduleEvery(periodMs, () -> {
                if (wanted.getAsBoolean()) {
                    wake();
                }
            }));
        }
        return this;
    }

    /** Has the step run, once more if it runs at present. */
    public void wake() {
        due.set(true);
        agent.wake();
    }

    private long runIfDue() {
        if (due.getAndSet(false) && !closed) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                SurvivedFailure.log(LOG, what + " failed, and is tried again", e);
            }
        }
        return Scheduler.AgentStep.UNTIL_WOKEN;
    }

    /** Ends after the step in progress, but does not wait for it without a bound. Idempotent. */
    @Override
    public void close() {
        synchronized (wakes) {
            wakes.forEach(Scheduler.Task::cancel);
        }
        closed = true;
        AgentEnd.await(name, agent);
    }
}
