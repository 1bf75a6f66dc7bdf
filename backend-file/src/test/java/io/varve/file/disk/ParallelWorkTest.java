// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.SystemScheduler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
}
