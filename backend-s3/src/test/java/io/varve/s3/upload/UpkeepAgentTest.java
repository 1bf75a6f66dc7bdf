// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Has steps fail and wait, and looks at whether they run again. */
class UpkeepAgentTest {
    private static final long PERIOD_MS = 5_000;

    private final VirtualTime time = new VirtualTime(0);
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void runsAgainAfterAnError() {
        UpkeepAgent agent =
                UpkeepAgent.waiting(time, "test", "the test", this::fail).every(PERIOD_MS);
        for (int expected = 1; expected <= 4; expected++) {
            time.advance(PERIOD_MS);
            assertThat(runs).hasValue(expected);
        }
        agent.close();
        time.advance(2 * PERIOD_MS);
        assertThat(runs).hasValue(4);
    }

    private void fail() {
        switch (runs.incrementAndGet()) {
            case 1 -> throw new OutOfMemoryError("injected on purpose");
            case 2 -> throw new IllegalStateException("injected on purpose");
            case 3 -> throw new StackOverflowError("injected on purpose");
            default -> {}
        }
    }

    @Test
    void runsOnceMoreIfItIsWokenWhileItRuns() {
        AtomicReference<UpkeepAgent> self = new AtomicReference<>();
        try (UpkeepAgent agent = UpkeepAgent.local(time, "test", "the test", () -> {
            if (runs.incrementAndGet() == 1) {
                self.get().wake();
            }
        })) {
            self.set(agent);
            agent.wake();
            time.runReady();
            assertThat(runs).hasValue(2);
        }
    }

    @Test
    void looksBeforeItRuns() {
        AtomicBoolean wanted = new AtomicBoolean();
        UpkeepAgent agent = UpkeepAgent.local(time, "test", "the test", runs::incrementAndGet)
                .every(PERIOD_MS, wanted::get);
        time.advance(PERIOD_MS);
        assertThat(runs).hasValue(0);
        wanted.set(true);
        time.advance(PERIOD_MS);
        assertThat(runs).hasValue(1);
        agent.close();
    }

    @Test
    void letsOthersGoOnWhileItWaits() {
        UpkeepAgent agent = UpkeepAgent.waiting(time, "test", "the test", () -> {
                    time.await(new CompletableFuture<>(), 3 * PERIOD_MS);
                    runs.incrementAndGet();
                })
                .every(PERIOD_MS);
        AtomicInteger other = new AtomicInteger();
        time.scheduleEvery(PERIOD_MS, other::incrementAndGet);
        time.advance(3 * PERIOD_MS);
        assertThat(runs).hasValue(0);
        assertThat(other).hasValue(3);
        time.advance(PERIOD_MS);
        assertThat(runs).hasValue(1);
        agent.close();
    }
}
