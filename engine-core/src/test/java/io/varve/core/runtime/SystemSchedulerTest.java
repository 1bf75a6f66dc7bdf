// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Scheduler.AgentStep;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests agents that have threads of their own. */
@Timeout(180)
class SystemSchedulerTest {
    private final SystemScheduler scheduler = new SystemScheduler(1);

    @AfterEach
    void close() {
        scheduler.close();
    }

    @Test
    void aPeriodicTaskRunsAgainAfterAnError() throws InterruptedException {
        CountDownLatch runs = new CountDownLatch(3);
        scheduler.scheduleEvery(1, () -> {
            runs.countDown();
            throw new OutOfMemoryError("injected on purpose");
        });
        assertThat(runs.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void everyWakeUpIsFollowedByAStep() {
        Queue<CompletableFuture<Void>> work = new ConcurrentLinkedQueue<>();
        Scheduler.Agent agent = scheduler.agent("agent", () -> {
            for (CompletableFuture<Void> one = work.poll(); one != null; one = work.poll()) {
                one.complete(null);
            }
            return AgentStep.UNTIL_WOKEN;
        });
        for (int i = 0; i < 20_000; i++) {
            CompletableFuture<Void> one = new CompletableFuture<>();
            work.add(one);
            agent.wake();
            if (i % 3 != 0) { // so that some wake-ups find the agent busy
                assertThat(scheduler.await(one, 60_000)).as("work %d", i).isTrue();
            }
        }
        assertThat(agent.close(60_000)).isTrue();
        assertThat(work).isEmpty();
    }

    @Test
    void aStepIsRepeatedAtItsTimeAndThoughItWasInterrupted() {
        AtomicInteger steps = new AtomicInteger();
        CompletableFuture<Void> enough = new CompletableFuture<>();
        Scheduler.Agent agent = scheduler.agent("agent", () -> {
            if (steps.incrementAndGet() == 5) {
                enough.complete(null);
            }
            Thread.currentThread().interrupt();
            return AgentStep.pauseMs(1);
        });
        assertThat(scheduler.await(enough, 60_000)).isTrue();
        assertThat(agent.close(60_000)).isTrue();
    }

    @Test
    void aCloseWaitsForWorkQueuedBeforeIt() {
        AtomicInteger left = new AtomicInteger(1000);
        Scheduler.Agent agent =
                scheduler.agent("agent", () -> left.decrementAndGet() > 0 ? AgentStep.AGAIN : AgentStep.UNTIL_WOKEN);
        assertThat(agent.close(60_000)).isTrue();
        assertThat(left.get()).isLessThanOrEqualTo(0);
        assertThat(agent.close(0)).isTrue();
    }

    @Test
    void aWaitKeepsTheCallersInterruptionAndItsTime() {
        Thread.currentThread().interrupt();
        assertThat(scheduler.await(new CompletableFuture<>(), 5)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }
}
