// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a task on an event loop while a worker thread waits for its end. Stateless. */
final class EventLoopCall {
    /** Interval at which the worker checks that the loop still runs, in ms. */
    private static final long CHECK_MS = 100;

    private EventLoopCall() {}

    /**
     * Runs a task once: on the loop, or on the caller's thread when the loop has ended before it ran the
     * task. Must not be called on an event loop.
     *
     * @param loop the event loop
     * @param task the task
     * @throws RuntimeException if the task threw it
     */
    static void run(Executor loop, Runnable task) {
        FutureTask<Void> once = new FutureTask<>(task, null);
        boolean interrupted = false;
        try {
            loop.execute(once);
            while (true) {
                try {
                    once.get(CHECK_MS, TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException stillWaits) {
                    loop.execute(() -> {});
                } catch (InterruptedException e) {
                    // The request's bytes are valid only until this call returns, and the loop may be
                    // reading them: wait on.
                    interrupted = true;
                }
            }
        } catch (RejectedExecutionException loopEnded) {
            once.run();
            await(once);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void await(FutureTask<Void> once) {
        while (true) {
            try {
                once.get();
                return;
            } catch (InterruptedException e) {
                // Wait on: the loop's last task is about to end.
            } catch (ExecutionException e) {
                throw unchecked(e.getCause());
            }
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure; // a Runnable throws nothing else
    }
}
