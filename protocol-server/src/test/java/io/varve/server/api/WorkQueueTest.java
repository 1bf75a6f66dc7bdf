// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Scheduler;
import io.varve.server.logging.LogTap;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Has work fail, and threads refused. The test runs what the threads would. */
class WorkQueueTest {
    private final List<Runnable> threads = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private boolean refuses;

    private final Scheduler scheduler = (Scheduler) Proxy.newProxyInstance(
            WorkQueueTest.class.getClassLoader(), new Class<?>[] {Scheduler.class}, (proxy, method, arguments) -> {
                if (refuses) {
                    throw new OutOfMemoryError("no thread");
                }
                threads.add((Runnable) arguments[1]);
                return null;
            });

    private final WorkQueue queue = new WorkQueue(scheduler, "queue", 2);

    @Test
    void workThatFailsEndsNoThread() {
        for (int i = 0; i < 3; i++) {
            queue.add(() -> {
                throw new UnsatisfiedLinkError("no library");
            });
        }
        queue.add(() -> done.add("after"));
        threads.remove(0).run();
        assertThat(done).containsExactly("after");
    }

    /** Clients can send what fails as often as they like. */
    @Test
    void failuresAreLoggedNowAndThenOnly() {
        try (LogTap log = LogTap.on(WorkQueue.class)) {
            for (int i = 0; i < 100; i++) {
                queue.add(() -> {
                    throw new IllegalStateException("as the test wants");
                });
            }
            threads.remove(0).run();
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void workWithoutAThreadIsRefusedAndTheNextHasOne() {
        refuses = true;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> queue.add(() -> done.add("refused"))).isInstanceOf(OutOfMemoryError.class);
        }
        refuses = false;
        queue.add(() -> done.add("first"));
        refuses = true;
        queue.add(() -> done.add("second"));
        threads.remove(0).run();
        assertThat(done).containsExactly("first", "second");
    }
}
