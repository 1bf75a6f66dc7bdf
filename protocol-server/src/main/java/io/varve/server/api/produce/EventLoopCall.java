// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Has an event loop do what a worker thread waits for. Stateless. */
final class EventLoopCall {
    /** How often the loop is asked whether it still runs, while it does not come to the task. */
    private static final long ASK_MS = 100;

    private EventLoopCall() {}

    /**
     * Runs a task once: on the loop, or here when the loop has ended, be it with the task in its queue. Call
     * on no event loop.
     *
     * @return what the task gave
     * @throws RuntimeException what the task threw
     */
    static <T> T run(Executor loop, Callable<T> task) {
        FutureTask<T> once = new FutureTask<>(task);
        boolean interrupted = false;
        try {
            loop.execute(once);
            while (true) {
                try {
                    return once.get(ASK_MS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillWaits) {
                    loop.execute(() -> {});
                } catch (InterruptedException e) {
                    // The bytes last as long as this call, and the loop may be at them.
                    interrupted = true;
                }
            }
        } catch (RejectedExecutionException loopEnded) {
            once.run();
            return ended(once);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T ended(FutureTask<T> once) {
        while (true) {
            try {
                return once.get();
            } catch (InterruptedException e) {
                // The loop's last task is about to end.
            } catch (ExecutionException e) {
                throw unchecked(e.getCause());
            }
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }
}
