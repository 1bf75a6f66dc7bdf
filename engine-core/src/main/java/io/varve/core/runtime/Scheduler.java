// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/**
 * Runs background work; nothing else makes threads. Tasks of the real scheduler run on a few daemon threads
 * and must be short; a long-lived loop gets a thread of its own by {@link #start}. A task that throws is
 * logged and, when periodic, runs again.
 */
public interface Scheduler extends AutoCloseable {
    /** A task that can be called off. */
    @FunctionalInterface
    interface Task {
        /** Stops the task from running again; does not wait for a run in progress. Idempotent. */
        void cancel();
    }

    /**
     * Runs a task once.
     *
     * @param delayMs ms from now, 0 or more
     * @param task what to run
     * @return the task, to cancel it
     */
    Task schedule(long delayMs, Runnable task);

    /**
     * Runs a task again and again.
     *
     * @param periodMs ms from now to the first run, and from each run's end to the next, at least 1
     * @param task what to run
     * @return the task, to cancel it
     */
    Task scheduleEvery(long periodMs, Runnable task);

    /**
     * Gives a loop a thread of its own.
     *
     * @param name the thread's name
     * @param loop runs until it returns; told to stop by its owner, not by interruption
     * @return the thread, started
     */
    Thread start(String name, Runnable loop);

    /**
     * Cancels what has not started and waits for what runs, at most 5 s. Loops are their owners' to end.
     * Idempotent.
     */
    @Override
    void close();
}
