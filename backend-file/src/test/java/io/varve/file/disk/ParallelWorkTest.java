// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ParallelWorkTest {
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final SyncThreads threads = new SyncThreads(scheduler, 3);
    private final List<Integer> items = IntStream.range(0, 100).boxed().toList();

    @AfterEach
    void close() {
        threads.close();
        scheduler.close();
    }

    private static void failAt(int item) {
        if (item == 50) {
            throw new OutOfMemoryError("pretended");
        }
    }

    @Test
    void anErrorComesThrough() {
        assertThatThrownBy(() -> ParallelWork.each(items, threads, ParallelWorkTest::failAt))
                .isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> ParallelWork.waiting(items, threads, 10, ParallelWorkTest::failAt))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void everyItemIsDoneOnReturn() {
        Set<Integer> done = ConcurrentHashMap.newKeySet();
        ParallelWork.waiting(items, threads, 10, done::add);
        assertThat(done).hasSize(items.size());
    }

    @Test
    void everyItemIsDoneThoughNoThreadCanBeHad() {
        Scheduler starved = (Scheduler) Proxy.newProxyInstance(
                Scheduler.class.getClassLoader(), new Class<?>[] {Scheduler.class}, (proxy, method, arguments) -> {
                    throw new OutOfMemoryError("unable to create native thread, pretended");
                });
        List<Integer> done = new ArrayList<>();
        ParallelWork.waiting(items, new SyncThreads(starved, 3), 10, done::add);
        assertThat(done).isEqualTo(items);
    }

    @Test
    void inVirtualTimeTheCallerDoesEveryItemInOrder() {
        VirtualTime time = new VirtualTime(0);
        SyncThreads driven = new SyncThreads(time, 3);
        List<Integer> done = new ArrayList<>(); // which several threads would harm
        for (int round = 1; round <= 3; round++) {
            done.clear();
            ParallelWork.waiting(items, driven, 10, done::add);
            assertThat(done).isEqualTo(items);
            time.advance(round * 4_000); // the helpers find nothing, and end when they were idle for long enough
        }
        driven.close();
        time.runReady();
        assertThat(done).isEqualTo(items);
    }

    @Test
    void helpersTakeWorkAgainAndEndWhenIdle() throws InterruptedException {
        VirtualTime time = VirtualTime.withThreads(0);
        SyncThreads helpers = new SyncThreads(time, 2);
        for (int round = 0; round < 3; round++) {
            CountDownLatch begun = new CountDownLatch(2);
            CountDownLatch end = new CountDownLatch(1);
            Runnable busy = () -> {
                begun.countDown();
                awaitQuietly(end);
            };
            while (begun.getCount() > 0) {
                helpers.offer(busy); // dropped while the helpers of the last round are not idle yet
                Thread.onSpinWait();
            }
            helpers.offer(() -> {
                throw new AssertionError("there is no third helper");
            });
            end.countDown();
            if (round == 1) {
                awaitNoHelpers(() -> time.advance(100));
            }
        }
        helpers.close();
        awaitNoHelpers(() -> {});
    }

    private static void awaitNoHelpers(Runnable meanwhile) {
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("sync-"))) {
            meanwhile.run();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
