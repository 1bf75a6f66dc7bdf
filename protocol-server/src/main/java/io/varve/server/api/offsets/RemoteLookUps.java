// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.offsets;

import io.varve.core.runtime.Scheduler;
import io.varve.server.api.WorkQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Runs look-ups that may wait for a remote tier, for a limited time on a few threads of their own: while the
 * tier does not answer, they must not take the threads of other requests. Threads live while there is
 * something to look up. Thread-safe.
 */
final class RemoteLookUps {
    /** Max ms until a look-up is answered: clients wait 30 s by default, and then look up anew. */
    static final long MAX_MS = 10_000;

    static final int THREADS = 4;

    private final Scheduler scheduler;
    private final WorkQueue threads;

    /** @param scheduler gives threads, and the time */
    RemoteLookUps(Scheduler scheduler) {
        this.scheduler = scheduler;
        threads = new WorkQueue(scheduler, "remote-look-up", THREADS);
    }

    /**
     * @param lookUp finds the answer; may wait for the tier
     * @param late gives the answer when {@link #MAX_MS} have passed without one
     * @param <T> type of the answer
     * @return completes with one of the two; fails as {@code lookUp} does
     */
    <T> CompletableFuture<T> find(Supplier<T> lookUp, Supplier<T> late) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Scheduler.Task timeout = scheduler.schedule(MAX_MS, () -> answer.complete(late.get()));
        answer.whenComplete((found, failure) -> timeout.cancel());
        threads.add(() -> {
            if (!answer.isDone()) {
                run(lookUp, answer);
            }
        });
        return answer;
    }

    private static <T> void run(Supplier<T> lookUp, CompletableFuture<T> answer) {
        try {
            answer.complete(lookUp.get());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }
}
