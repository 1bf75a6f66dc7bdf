// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs tasks one after the other on one thread, which also serves clients. {@link #execute} puts a task
 * behind those that the loop has. Thread-safe.
 */
public interface EventLoop extends Executor {
    /**
     * Runs a task later. Call on the loop.
     *
     * @param nanos ns from now
     * @param task the task
     * @return cancels the task if it has not begun; idempotent; call on the loop
     * @throws RejectedExecutionException if the loop has ended
     */
    Runnable schedule(long nanos, Runnable task);
}
