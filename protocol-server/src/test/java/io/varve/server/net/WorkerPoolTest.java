// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class WorkerPoolTest {
    private final VirtualTime time = new VirtualTime(1_000);
    private final WorkerPool pool = new WorkerPool("worker-", 1, time, time);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void letsAModestFlowPassManyGreedyOnes() throws Exception {
        List<String> ran = Collections.synchronizedList(new ArrayList<>());
        List<WorkerPool.Flow> greedy = new ArrayList<>();
        CountDownLatch first = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            greedy.add(new WorkerPool.Flow());
            execute(greedy.get(i), () -> {
                time.advance(300);
                first.countDown();
            });
        }
        first.await();
        CountDownLatch queued = new CountDownLatch(1);
        execute(new WorkerPool.Flow(), () -> awaitQuietly(queued));
        CountDownLatch all = new CountDownLatch(51);
        for (WorkerPool.Flow flow : greedy) {
            execute(flow, () -> {
                ran.add("greedy");
                all.countDown();
            });
        }
        execute(new WorkerPool.Flow(), () -> {
            ran.add("modest");
            all.countDown();
        });
        queued.countDown();
        all.await();
        assertThat(ran.get(0)).isEqualTo("modest");
    }

    private void execute(WorkerPool.Flow flow, Runnable work) {
        pool.execute(flow, work, () -> {});
    }

    /** Whoever waits for a task must learn that it does not come. */
    @Test
    void tellsOfTheTasksThatItsCloseDrops() throws Exception {
        List<String> dropped = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        pool.execute(
                new WorkerPool.Flow(),
                () -> {
                    busy.countDown();
                    awaitQuietly(end);
                },
                () -> dropped.add("running"));
        busy.await();
        pool.execute(new WorkerPool.Flow(), () -> dropped.add("ran"), () -> {
            end.countDown();
            dropped.add("waiting");
            throw new IllegalStateException("as the test wants");
        });
        pool.execute(new WorkerPool.Flow(), () -> dropped.add("ran"), () -> dropped.add("waiting too"));
        pool.close();
        pool.execute(new WorkerPool.Flow(), () -> dropped.add("ran"), () -> dropped.add("late"));
        assertThat(dropped).containsExactlyInAnyOrder("waiting", "waiting too", "late");
    }

    @Test
    void goesOnAfterATaskThatFails() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        execute(new WorkerPool.Flow(), () -> {
            throw new IllegalStateException("as the test wants");
        });
        execute(new WorkerPool.Flow(), done::countDown);
        done.await();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
