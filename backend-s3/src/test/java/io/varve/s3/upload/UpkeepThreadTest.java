// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Has steps fail, and looks at whether they run again. */
class UpkeepThreadTest {
    private static final long PERIOD_MS = 5_000;

    private final VirtualTime time = new VirtualTime(0);
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicReference<Thread> ranOn = new AtomicReference<>();

    @Test
    void runsAgainAfterAnError() {
        UpkeepThread thread = failing();
        for (int expected = 1; expected <= 4; expected++) {
            time.advance(PERIOD_MS);
            awaitRuns(expected);
        }
        thread.close();
        assertThat(ranOn.get().isAlive()).isFalse();
    }

    @Test
    void runsOnceMoreIfItIsWokenWhileItRuns() {
        AtomicReference<UpkeepThread> self = new AtomicReference<>();
        try (UpkeepThread thread = new UpkeepThread(time, "test", "the test", () -> {
            if (runs.incrementAndGet() == 1) {
                self.get().wake();
            }
        })) {
            self.set(thread);
            thread.wake();
            awaitRuns(2);
        }
    }

    private UpkeepThread failing() {
        return new UpkeepThread(time, "test", "the test", () -> {
                    ranOn.set(Thread.currentThread());
                    switch (runs.incrementAndGet()) {
                        case 1 -> throw new OutOfMemoryError("injected on purpose");
                        case 2 -> throw new IllegalStateException("injected on purpose");
                        case 3 -> throw new StackOverflowError("injected on purpose");
                        default -> {}
                    }
                })
                .every(PERIOD_MS);
    }

    private void awaitRuns(int expected) {
        UploadRig.await("run " + expected, () -> runs.get() >= expected);
        assertThat(runs).hasValue(expected);
    }
}
