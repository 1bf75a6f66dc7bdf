// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Scheduler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Runs tasks where threads are short, and tasks that end by an error. */
class PartThreadsTest {
    private final AtomicInteger starts = new AtomicInteger();

    @Test
    void tasksRunOnAfterAnError() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        try (PartThreads threads = new PartThreads(new Threads(1), 1)) {
            threads.execute(() -> {
                throw new StackOverflowError("injected on purpose");
            });
            threads.execute(ran::countDown);
            assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void oneThreadDoesTheWorkIfTheMachineHasNoOther() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(8);
        CountDownLatch all = new CountDownLatch(1);
        try (PartThreads threads = new PartThreads(new Threads(1), 4)) {
            for (int i = 0; i < 8; i++) {
                threads.execute(() -> {
                    await(all);
                    ran.countDown();
                });
            }
            all.countDown();
            assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(starts).hasValueGreaterThan(1);
    }

    @Test
    void aTaskThatNoThreadCanRunIsRefusedAndForgotten() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        AtomicInteger refused = new AtomicInteger();
        Threads none = new Threads(0);
        try (PartThreads threads = new PartThreads(none, 4)) {
            assertThatThrownBy(() -> threads.execute(refused::incrementAndGet)).isInstanceOf(OutOfMemoryError.class);
            none.left.set(1);
            threads.execute(ran::countDown);
            assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(refused).hasValue(0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts so many threads, and fails as the JDK does where there is none left. */
    private final class Threads implements Scheduler {
        private final AtomicInteger left;

        Threads(int max) {
            left = new AtomicInteger(max);
        }

        @Override
        public Thread start(String name, Runnable loop) {
            starts.incrementAndGet();
            if (left.getAndDecrement() <= 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            Thread thread = new Thread(loop, name);
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        @Override
        public Agent agent(String name, AgentStep step) {
            throw new UnsupportedOperationException("parts need no agents");
        }

        @Override
        public Agent worker(String name, AgentStep step) {
            throw new UnsupportedOperationException("parts need no agents");
        }

        @Override
        public boolean await(CompletableFuture<?> done, long ms) {
            throw new UnsupportedOperationException("parts wait without their scheduler");
        }

        @Override
        public Task schedule(long delayMs, Runnable task) {
            throw new UnsupportedOperationException("parts need no tasks");
        }

        @Override
        public Task scheduleEvery(long periodMs, Runnable task) {
            throw new UnsupportedOperationException("parts need no tasks");
        }

        @Override
        public void close() {
            // its threads end with their loops
        }
    }
}
