// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimedWaitsTest {
    private static final int LIMIT_MS = 30_000;

    private final VirtualTime time = new VirtualTime(0);
    private final List<String> expired = new ArrayList<>();
    private final TimedWaits waits = new TimedWaits(time, this::schedule);
    private int scheduled;
    private int pending;

    private Runnable schedule(long ms, Runnable task) {
        scheduled++;
        pending++;
        boolean[] over = new boolean[1];
        Scheduler.Task timer = time.schedule(ms, () -> {
            over[0] = true;
            pending--;
            task.run();
        });
        return () -> {
            if (!over[0]) {
                over[0] = true;
                pending--;
                timer.cancel();
            }
        };
    }

    private final class Named extends TimedWaits.TimedWait {
        private final String name;
        private final Runnable then;

        Named(String name, Runnable then) {
            this.name = name;
            this.then = then;
        }

        @Override
        protected void expire() {
            expired.add(name + "@" + millis());
            then.run();
        }
    }

    private long millis() {
        return time.nanos() / 1_000_000;
    }

    private Named begin(String name, long ms) {
        return begin(name, ms, () -> {});
    }

    private Named begin(String name, long ms, Runnable then) {
        Named wait = new Named(name, then);
        waits.begin(wait, ms);
        return wait;
    }

    @Test
    void eachExpiresWhenItsOwnTimeIsOver() {
        long start = millis();
        begin("long", 500);
        begin("short", 100);
        waits.end(begin("ended", 50));
        begin("middle", 300);

        time.advance(99);
        assertThat(expired).isEmpty();
        time.advance(1_000);

        assertThat(expired)
                .containsExactly("short@" + (start + 100), "middle@" + (start + 300), "long@" + (start + 500));
        assertThat(waits.size()).isZero();
        assertThat(pending).isZero();
    }

    @Test
    void aBusyConnectionSetsATimerOnceInTheLengthOfItsWaits() {
        for (int i = 0; i < 10 * LIMIT_MS; i++) {
            Named wait = begin("wait " + i, LIMIT_MS);
            time.advance(1);
            waits.end(wait);
        }
        assertThat(expired).isEmpty();
        assertThat(scheduled).isBetween(9, 11);
        assertThat(pending).isEqualTo(1);
    }

    /** What is right however many timers there are. */
    @Test
    void anyOrderOfBeginsAndEndsExpiresWhatWasNotEnded() {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        List<Named> begun = new ArrayList<>();
        List<String> due = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            int ms = 1 + random.nextInt(200);
            Named wait = begin(Integer.toString(i), ms);
            String at = i + "@" + (millis() + ms);
            begun.add(wait);
            due.add(at);
            int any = random.nextInt(begun.size());
            if (random.nextInt(3) > 0 && !expired.contains(due.get(any))) {
                waits.end(begun.remove(any));
                due.remove(any);
            }
            time.advance(random.nextInt(4));
        }
        time.advance(200);
        assertThat(expired).as("seed %s", seed).containsExactlyInAnyOrderElementsOf(due);
        assertThat(pending).isZero();
    }

    @Test
    void oneThatExpiresMayEndOthersAndBeginMore() {
        long start = millis();
        Named[] other = new Named[1];
        begin("first", 10, () -> {
            waits.end(other[0]);
            begin("next", 5);
        });
        other[0] = begin("other", 10);
        time.advance(100);
        assertThat(expired).containsExactly("first@" + (start + 10), "next@" + (start + 15));
        assertThat(pending).isZero();
    }

    @Test
    void oneThatFailsToEndDoesNotKeepTheOthers() {
        begin("fails", 10, () -> {
            throw new IllegalStateException("as the test wants");
        });
        begin("other", 10);
        begin("late", 20);
        for (int i = 0; i < 4; i++) {
            time.advance(10); // a failed task is logged, and time goes on
        }
        assertThat(expired).hasSize(3);
        assertThat(waits.size()).isZero();
    }

    @Test
    void whatIsEndedTwiceOrNeverBegunIsNoWait() {
        Named never = new Named("never", () -> {});
        waits.end(never);
        Named twice = begin("twice", 10);
        Named kept = begin("kept", 10);
        waits.end(twice);
        waits.end(twice);
        assertThat(waits.size()).isEqualTo(1);
        assertThatThrownBy(() -> waits.begin(kept, 10)).isInstanceOf(IllegalStateException.class);
        waits.begin(twice, 10);
        assertThat(waits.size()).isEqualTo(2);
    }

    @Test
    void aClosedConnectionLeavesNothingBehind() {
        waits.end(begin("before", 10));
        assertThat(pending).isEqualTo(1);
        waits.close();
        assertThat(pending).isZero();
    }

    @Test
    void whatOutlivesItsConnectionStillExpiresOrTakesTheTimerAlong() {
        Named one = begin("one", 10);
        begin("two", 20);
        waits.close();
        waits.end(one);
        assertThat(pending).isEqualTo(1);
        time.advance(20);
        assertThat(expired).hasSize(1);
        assertThat(pending).isZero();

        waits.end(begin("three", 10));
        assertThat(pending).isZero();
    }
}
