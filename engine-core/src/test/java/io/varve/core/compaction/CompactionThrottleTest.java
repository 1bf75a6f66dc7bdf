// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.VirtualTime;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class CompactionThrottleTest {
    private final VirtualTime time = new VirtualTime(1_000_000);

    @Test
    void movesNoMoreBytesASecondThanAllowed() {
        CompactionThrottle throttle = new CompactionThrottle(1000, time, time);
        AtomicLong end = new AtomicLong();
        long start = time.millis();
        time.worker("mover", () -> {
            for (int i = 0; i < 100; i++) {
                throttle.moved(100);
            }
            end.set(time.millis());
            return Scheduler.AgentStep.UNTIL_WOKEN;
        });
        time.advance(60_000);
        // 10,000 bytes at 1,000 a second, with a burst of 300 ms.
        assertThat(end.get() - start).isBetween(9_600L, 10_000L);
        assertThat(time.millis() - start).isEqualTo(60_000);
    }

    @Test
    void aChangedRateCountsForWhatIsMovedNext() {
        CompactionThrottle throttle = new CompactionThrottle(1, time, time);
        throttle.limit(1000);
        long start = time.millis();
        throttle.moved(10_000);
        assertThat(time.millis() - start).isBetween(9_600L, 10_000L);
    }

    @Test
    void theDriverItselfWaitsInVirtualTime() {
        CompactionThrottle throttle = new CompactionThrottle(1000, time, time);
        long start = time.millis();
        throttle.moved(10_000);
        assertThat(time.millis() - start).isBetween(9_600L, 10_000L);
    }

    @Test
    void endsEveryWaitWhenClosed() throws InterruptedException {
        CompactionThrottle throttle = new CompactionThrottle(1, time, time);
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        Thread mover = time.start("mover", () -> stopped(throttle, thrown));
        AtomicReference<RuntimeException> thrownInTurn = new AtomicReference<>();
        time.worker("mover in turn", () -> {
            stopped(throttle, thrownInTurn);
            return Scheduler.AgentStep.UNTIL_WOKEN;
        });
        time.advance(1000);
        assertThat(thrownInTurn.get()).isNull();
        throttle.close();
        time.runReady();
        mover.join();
        assertThat(thrown.get()).isInstanceOf(CompactionStoppedException.class);
        assertThat(thrownInTurn.get()).isInstanceOf(CompactionStoppedException.class);
        assertThat(time.millis()).isEqualTo(1_001_000);
    }

    private static void stopped(CompactionThrottle throttle, AtomicReference<RuntimeException> thrown) {
        try {
            throttle.moved(1_000_000);
        } catch (CompactionStoppedException e) {
            thrown.set(e);
        }
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
