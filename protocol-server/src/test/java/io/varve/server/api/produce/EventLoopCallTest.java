// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class EventLoopCallTest {
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void runsOnTheLoop() {
        Thread[] by = new Thread[1];
        Executor loop = CompletableFuture.delayedExecutor(0, java.util.concurrent.TimeUnit.MILLISECONDS);
        EventLoopCall.run(loop, () -> {
            by[0] = Thread.currentThread();
            runs.incrementAndGet();
        });
        assertThat(runs).hasValue(1);
        assertThat(by[0]).isNotSameAs(Thread.currentThread());
    }

    @Test
    void runsHereWhenTheLoopHasEnded() {
        Executor ended = task -> {
            throw new RejectedExecutionException("ended");
        };
        EventLoopCall.run(ended, runs::incrementAndGet);
        assertThat(runs).hasValue(1);
    }

    @Test
    void runsHereWhenTheLoopEndsWithTheTaskInItsQueue() {
        AtomicInteger asked = new AtomicInteger();
        Executor dying = task -> {
            if (asked.getAndIncrement() > 0) {
                throw new RejectedExecutionException("ended");
            }
        };
        EventLoopCall.run(dying, runs::incrementAndGet);
        assertThat(runs).hasValue(1);
        assertThat(asked).hasValue(2);
    }

    @Test
    void throwsWhatTheTaskThrew() {
        IllegalStateException failure = new IllegalStateException("no");
        assertThatThrownBy(() -> EventLoopCall.run(Runnable::run, () -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void anInterruptDoesNotLetTheBytesGoWhileTheLoopIsAtThem() {
        Thread.currentThread().interrupt();
        Executor loop = CompletableFuture.delayedExecutor(20, java.util.concurrent.TimeUnit.MILLISECONDS);
        EventLoopCall.run(loop, runs::incrementAndGet);
        assertThat(runs).hasValue(1);
        assertThat(Thread.interrupted()).isTrue();
    }
}
