// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.VirtualTime;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompactionThrottleTest {
    private final VirtualTime time = new VirtualTime(1_000_000);

    @Test
    void movesNoMoreBytesASecondThanAllowed() throws InterruptedException {
        CompactionThrottle throttle = new CompactionThrottle(1000, time, time);
        AtomicBoolean done = new AtomicBoolean();
        Thread mover = time.start("mover", () -> {
            for (int i = 0; i < 100; i++) {
                throttle.moved(100);
            }
            done.set(true);
        });
        long start = time.millis();
        while (!done.get()) {
            if (mover.getState() == Thread.State.WAITING || mover.getState() == Thread.State.TIMED_WAITING) {
                time.advance(1);
            } else {
                Thread.onSpinWait();
            }
        }
        mover.join();
        // 10,000 bytes at 1,000 a second, with a burst of 300 ms.
        assertThat(time.millis() - start).isGreaterThanOrEqualTo(9_600);
    }

    @Test
    void endsEveryWaitWhenClosed() throws InterruptedException {
        CompactionThrottle throttle = new CompactionThrottle(1, time, time);
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        Thread mover = time.start("mover", () -> {
            try {
                throttle.moved(1_000_000);
            } catch (CompactionStoppedException e) {
                thrown.set(e);
            }
        });
        AtomicBoolean rested = new AtomicBoolean(true);
        Thread resting = time.start("resting", () -> rested.set(throttle.pause(1_000_000)));
        throttle.close();
        mover.join();
        resting.join();
        assertThat(thrown.get()).isInstanceOf(CompactionStoppedException.class);
        assertThat(rested.get()).isFalse();
        assertThat(throttle.pause(1)).isFalse();
    }

    @Test
    void doesNotWaitWithoutALimit() {
        CompactionThrottle throttle = new CompactionThrottle(Double.MAX_VALUE, time, time);
        for (int i = 0; i < 1000; i++) {
            throttle.moved(Integer.MAX_VALUE);
        }
        assertThat(throttle.isStopped()).isFalse();
    }
}
