// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs background work: the only source of threads in the engine. Short tasks run at a time; agents run while
 * they have work. The exception of a task or of an agent's step is logged; a periodic task and an agent run
 * again.
 *
 * <p>{@link SystemScheduler} runs tasks on a few daemon threads, and each agent on a thread of its own.
 * {@link VirtualTime} runs both one after another, in a fixed order: a program whose background work is tasks
 * and agents does the same in every run.
 */
public interface Scheduler extends AutoCloseable {
    /** Cancels a task. */
    @FunctionalInterface
    interface Task {
        /** Stops the task from running again; does not wait for a run in progress. Idempotent. */
        void cancel();
    }

    /** Does some work of an agent. */
    @FunctionalInterface
    interface AgentStep {
        /** Returned to run again at once: there is more work. */
        long AGAIN = 0;

        /** Returned to run again after {@link Agent#wake} only. */
        long UNTIL_WOKEN = Long.MAX_VALUE;

        /**
         * Does the work there is, or a part of it. Steps of one agent never overlap. A step may find no work:
         * an agent is woken once too often rather than once too seldom.
         *
         * @return ns until the next step, unless the agent is woken before; {@link #AGAIN} or
         *     {@link #UNTIL_WOKEN}
         */
        long run();

        /**
         * Converts a pause for {@link #run} to return.
         *
         * @param ms a pause in ms, 0 or more
         * @return the pause in ns; {@link #UNTIL_WOKEN} where that is too long for a long
         */
        static long pauseMs(long ms) {
            return TimeUnit.MILLISECONDS.toNanos(ms);
        }
    }

    /** Repeats a {@link AgentStep} while there is work. Thread-safe. */
    interface Agent {
        /**
         * Lets a step begin after this call, and after the step in progress. Never blocks. What the caller
         * wrote before, the step sees.
         */
        void wake();

        /**
         * Ends the agent: runs steps until one that began after this call has no more work. Waits through
         * interruptions of the caller, whose interrupt flag is set again at the return. Idempotent. Does not
         * wait when the agent's own step calls it.
         *
         * @param waitMs max ms to wait for the end, 0 or more
         * @return true if the agent has ended, false if it is still busy
         */
        boolean close(long waitMs);
    }

    /**
     * Runs a task once.
     *
     * @param delayMs ms from now, 0 or more
     * @param task the task; must be short
     * @return cancels the task
     */
    Task schedule(long delayMs, Runnable task);

    /**
     * Runs a task periodically.
     *
     * @param periodMs ms from now to the first run, and from each run's end to the next, at least 1
     * @param task the task; must be short
     * @return cancels the task
     */
    Task scheduleEvery(long periodMs, Runnable task);

    /**
     * Starts an agent. Its first step runs at once. In virtual time, a step that waits holds up everything
     * else: an agent that waits is a {@link #worker}.
     *
     * @param name the agent's name, and its thread's
     * @param step does the agent's work
     * @return wakes and ends the agent
     */
    Agent agent(String name, AgentStep step);

    /**
     * Starts an agent whose steps may wait, by {@link #await}, while others go on.
     *
     * @param name the agent's name, and its thread's
     * @param step does the agent's work
     * @return wakes and ends the agent
     */
    Agent worker(String name, AgentStep step);

    /**
     * Waits until a future is completed, normally or not. Waits through interruptions of the caller, whose
     * interrupt flag is set again at the return. In virtual time the others go on meanwhile, and time passes.
     *
     * @param done the future
     * @param ms max ms to wait, 0 or more; {@link AgentStep#UNTIL_WOKEN} for no limit
     * @return true if the future is completed
     */
    boolean await(CompletableFuture<?> done, long ms);

    /**
     * Starts a thread for a loop. The thread is outside of the order of virtual time: prefer
     * {@link #agent} and {@link #worker}.
     *
     * @param name the thread's name
     * @param loop runs until it returns; its owner stops it, not an interruption
     * @return the started thread
     */
    Thread start(String name, Runnable loop);

    /**
     * Cancels tasks that have not started, and waits for running ones, at most 5 s. Loops are ended by their
     * owners. Idempotent.
     */
    @Override
    void close();
}
