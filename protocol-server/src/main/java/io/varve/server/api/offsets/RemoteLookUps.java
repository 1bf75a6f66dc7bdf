// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.offsets;

import io.varve.core.runtime.Scheduler;
import java.util.ArrayDeque;
import java.util.Deque;
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

    private record LookUp(Runnable work, CompletableFuture<?> answer) {}

    private final Scheduler scheduler;
    private final Deque<LookUp> waiting = new ArrayDeque<>();
    private int threads;

    /** @param scheduler gives threads, and the time */
    RemoteLookUps(Scheduler scheduler) {
        this.scheduler = scheduler;
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
        add(new LookUp(
                () -> {
                    try {
                        answer.complete(lookUp.get());
                    } catch (RuntimeException | Error e) {
                        answer.completeExceptionally(e);
                    }
                },
                answer));
        return answer;
    }

    private synchronized void add(LookUp lookUp) {
        waiting.add(lookUp);
        if (threads < THREADS) {
            threads++;
            scheduler.start("remote-look-up", this::run);
        }
    }

    private void run() {
        for (LookUp next = next(); next != null; next = next()) {
            if (!next.answer.isDone()) {
                next.work.run();
            }
        }
    }

    private synchronized LookUp next() {
        LookUp next = waiting.poll();
        if (next == null) {
            threads--;
        }
        return next;
    }
}
