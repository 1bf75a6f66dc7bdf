// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.CompletableFuture;

/**
 * Runs an agent in the turns that {@link VirtualTime} gives it: on the driver's thread, or on a
 * {@link Strand} if its steps may wait. All fields are guarded by the time.
 */
final class VirtualAgent implements Scheduler.Agent {
    private final VirtualTime time;
    private final String name;
    private final Scheduler.AgentStep step;
    /** Null for an agent that does not wait. */
    private final Strand strand;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** Whether a step is due. */
    private boolean woken = true;
    /** Whether a step has begun and not ended. */
    private boolean running;
    /** What the step in progress waits for, or null. */
    private CompletableFuture<?> awaited;
    /** Whether that wait is over because its time has passed. */
    private boolean overdue;

    private boolean closing;
    private Scheduler.Task timer = () -> {};

    VirtualAgent(VirtualTime time, String name, Scheduler.AgentStep step, boolean waits) {
        this.time = time;
        this.name = name;
        this.step = step;
        this.strand = waits ? new Strand(this, this::repeat, name) : null;
    }

    @Override
    public void wake() {
        synchronized (time) {
            woken = true;
        }
    }

    /** @return whether a turn would do anything; the caller holds the time's lock */
    boolean isReady() {
        return running ? awaited != null && (overdue || awaited.isDone()) : woken;
    }

    /** Runs a step, or the next part of one that has waited. */
    void turn() {
        if (strand == null) {
            runStep();
        } else {
            strand.resume();
        }
    }

    private void repeat() {
        while (!ended.isDone()) {
            runStep();
            if (!ended.isDone()) {
                strand.yieldTurn();
            }
        }
    }

    private void runStep() {
        boolean last;
        synchronized (time) {
            woken = false;
            running = true;
            last = closing;
            timer.cancel();
        }
        long pause = AgentThread.run(name, step, time::failed);
        Thread.interrupted(); // left by a callback
        synchronized (time) {
            running = false;
            if (pause == Scheduler.AgentStep.AGAIN) {
                woken = true;
            } else if (last) {
                time.remove(this);
                ended.complete(null);
            } else if (pause != Scheduler.AgentStep.UNTIL_WOKEN && !woken) {
                timer = time.scheduleNanos(pause, this::wake);
            }
        }
    }

    /** Ends the turn until a future is completed or ms have passed; called by the step on its strand. */
    void await(CompletableFuture<?> done, long ms) {
        Scheduler.Task over = () -> {};
        synchronized (time) {
            awaited = done;
            overdue = ms == 0;
            if (ms != 0 && ms != Scheduler.AgentStep.UNTIL_WOKEN) {
                over = time.schedule(ms, this::overdue);
            }
        }
        strand.yieldTurn();
        over.cancel();
        synchronized (time) {
            awaited = null;
        }
    }

    private void overdue() {
        synchronized (time) {
            overdue = true;
        }
    }

    @Override
    public boolean close(long waitMs) {
        synchronized (time) {
            closing = true;
            woken = true;
            if (running && awaited == null) {
                return false; // a step of this agent, or one below it on the stack, is the caller
            }
        }
        return time.await(ended, waitMs);
    }
}
