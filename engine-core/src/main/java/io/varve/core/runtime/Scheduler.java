// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/**
 * Runs background work: the only source of threads in the engine. Tasks of the real scheduler run on a few
 * daemon threads and must be short; a long-lived loop gets its own thread by {@link #start}. The exception of
 * a task is logged; a periodic task runs again.
 */
public interface Scheduler extends AutoCloseable {
    /** Cancels a task. */
    @FunctionalInterface
    interface Task {
        /** Stops the task from running again; does not wait for a run in progress. Idempotent. */
        void cancel();
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
     * Starts a thread for a loop.
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
