// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Blocks the caller's thread until a future is completed. Stateless. */
final class BlockingWait {
    private BlockingWait() {}

    /**
     * Waits in real time, and through interruptions; the interrupt flag is set again at the return.
     *
     * @param ms max ms to wait; {@link Scheduler.AgentStep#UNTIL_WOKEN} for no limit
     * @return true if the future is completed, normally or not
     */
    static boolean await(CompletableFuture<?> done, long ms) {
        boolean interrupted = Thread.interrupted();
        long begin = Clock.system().nanos();
        long limit = TimeUnit.MILLISECONDS.toNanos(ms);
        while (!done.isDone() && Clock.system().nanos() - begin < limit) {
            try {
                done.get(limit - (Clock.system().nanos() - begin), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException | CancellationException | TimeoutException e) {
                break; // the caller looks at the outcome
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return done.isDone();
    }

    /**
     * As {@link #await(CompletableFuture, long)}, in the time of a scheduler.
     *
     * @param timers tells when the ms are over
     */
    static boolean await(CompletableFuture<?> done, long ms, Scheduler timers) {
        if (ms == Scheduler.AgentStep.UNTIL_WOKEN) {
            return await(done, ms);
        }
        if (ms == 0) {
            return done.isDone(); // the time is over, although nobody may be there to run a timer
        }
        CompletableFuture<Void> over = new CompletableFuture<>();
        Scheduler.Task timer = timers.schedule(ms, () -> over.complete(null));
        await(CompletableFuture.anyOf(done, over), Scheduler.AgentStep.UNTIL_WOKEN);
        timer.cancel();
        return done.isDone();
    }
}
