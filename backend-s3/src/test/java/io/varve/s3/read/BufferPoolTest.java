// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BufferPoolTest {
    private static final int LIMIT = 1 << 20;
    private static final long LONG = TimeUnit.SECONDS.toNanos(60);

    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final BufferPool pool = new BufferPool(LIMIT, Clock.system(), scheduler, bytes -> {});

    @AfterEach
    void close() {
        scheduler.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsLentStaysWithinTheLimitAndComesBack(long seed) {
        Random random = new Random(seed);
        List<ByteBuffer> lent = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            List<Integer> sizes =
                    random.ints(1 + random.nextInt(3), 1, 200_000).boxed().toList();
            List<ByteBuffer> buffers = pool.tryTake(sizes);
            for (int b = 0; b < buffers.size(); b++) {
                assertThat(buffers.get(b).remaining()).isEqualTo(sizes.get(b));
            }
            lent.addAll(buffers);
            assertThat(pool.used()).as("seed %d", seed).isLessThanOrEqualTo(LIMIT);
            while (!lent.isEmpty() && random.nextInt(3) > 0) {
                pool.give(lent.remove(random.nextInt(lent.size())));
            }
        }
        lent.forEach(pool::give);
        assertThat(pool.used()).isZero();
    }

    @Test
    void whoWaitsIsServedInOrderAlsoALargeRequestBeforeSmallOnes() {
        ByteBuffer all = pool.take(List.of(LIMIT), LONG).get(0);
        AtomicLong order = new AtomicLong();
        CompletableFuture<Long> large = waiting(LIMIT / 2 + 1, order);
        Await.until("the large one waits", () -> pool.waiting() == 1);
        CompletableFuture<Long> small = waiting(LIMIT / 2, order);
        Await.until("both wait", () -> pool.waiting() == 2);
        assertThat(pool.tryTake(List.of(1))).as("nobody passes those who wait").isEmpty();
        pool.give(all);
        assertThat(large.join()).isLessThan(small.join());
        assertThat(pool.used()).isZero();
    }

    @Test
    void aWaitEndsWithItsTimeAndWithThePool() {
        ByteBuffer all = pool.take(List.of(LIMIT), LONG).get(0);
        assertThat(pool.take(List.of(1), 1)).isEmpty();
        CompletableFuture<Long> waits = waiting(1, new AtomicLong());
        Await.until("it waits", () -> pool.waiting() == 1);
        pool.close();
        assertThat(waits.join()).isNegative();
        pool.give(all);
    }

    /** Takes a buffer on another thread, gives it back, and says as which one it got it; -1 if it did not. */
    private CompletableFuture<Long> waiting(int size, AtomicLong order) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        new Thread(() -> {
                    List<ByteBuffer> taken = pool.take(List.of(size), LONG);
                    long place = taken.isEmpty() ? -1 : order.getAndIncrement();
                    taken.forEach(pool::give);
                    result.complete(place);
                })
                .start();
        return result;
    }
}
