// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MovableTimeTest {
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    private static final long YEAR_MS = 365 * DAY_MS;

    private final VirtualTime machine = new VirtualTime(1_000);
    private final MovableTime time = new MovableTime(machine, machine);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsAlongWithTheMachine() {
        time.schedule(20, () -> ran.add("late " + time.millis()));
        time.schedule(10, () -> ran.add("early " + time.millis()));
        machine.advance(15);
        assertThat(ran).containsExactly("early 1010");
        machine.advance(15);
        assertThat(ran).containsExactly("early 1010", "late 1020");
    }

    @Test
    void runsTasksOfAJumpInOrderOfTimeAndAtTheirTime() {
        time.schedule(7 * DAY_MS, () -> ran.add("late " + time.millis()));
        time.schedule(DAY_MS, () -> ran.add("early " + time.millis()));
        time.schedule(9 * DAY_MS, () -> ran.add("not yet"));
        jump(8 * DAY_MS);
        assertThat(ran).containsExactly("early " + (1_000 + DAY_MS), "late " + (1_000 + 7 * DAY_MS));
        assertThat(time.millis()).isEqualTo(1_000 + 8 * DAY_MS);
        assertThat(time.nanos()).isEqualTo(machine.nanos());
    }

    @Test
    void runsWhatIsLeftAfterAJumpSoMuchEarlier() {
        time.schedule(DAY_MS, () -> ran.add("task"));
        jump(DAY_MS - 10);
        machine.advance(9);
        assertThat(ran).isEmpty();
        machine.advance(1);
        assertThat(ran).containsExactly("task");
        machine.advance(2 * DAY_MS);
        assertThat(ran).hasSize(1);
    }

    @Test
    void runsWhatTasksOfAJumpSchedule() {
        time.schedule(10, () -> time.schedule(10, () -> ran.add("second " + time.millis())));
        jump(25);
        assertThat(ran).containsExactly("second 1020");
    }

    @Test
    void runsAPeriodicTaskInAYearAHundredTimesAndAtTheEnd() {
        List<Long> times = new ArrayList<>();
        time.scheduleEvery(300_000, () -> times.add(time.millis()));
        jump(YEAR_MS);
        assertThat(times)
                .hasSizeBetween(MovableTime.STEPS, MovableTime.STEPS + 2)
                .isSorted();
        assertThat(times.get(times.size() - 1)).isEqualTo(time.millis());
        int before = times.size();
        machine.advance(300_000);
        assertThat(times).hasSize(before + 1);
    }

    @Test
    void runsAPeriodicTaskAtTheEndOfAJumpThatIsShorterThanItsPeriod() {
        time.scheduleEvery(300_000, () -> ran.add("tick " + time.millis()));
        jump(1_000);
        assertThat(ran).containsExactly("tick 2000");
    }

    @Test
    void endsAChainOfTasksThatScheduleTheNextOne() {
        AtomicInteger links = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        Runnable link = ran::incrementAndGet;
        time.schedule(100, link);
        // As another thread does, which sees the task when the tasks after it have run.
        time.jumpTo(YEAR_MS, () -> {
            if (ran.get() > links.get()) {
                links.incrementAndGet();
                time.schedule(100, link);
            }
        });
        assertThat(links.get()).isBetween(2, 2 * MovableTime.STEPS);
    }

    @Test
    void settlesBeforeAfterEachGroupOfTasksAndAtTheEnd() {
        time.schedule(DAY_MS, () -> ran.add("first"));
        time.schedule(2 * DAY_MS, () -> ran.add("second"));
        time.jumpTo(3 * DAY_MS, () -> ran.add("settle"));
        assertThat(ran).containsExactly("settle", "first", "settle", "second", "settle", "settle");
    }

    @Test
    void runsShortTasksWhileItSettles() {
        // A commit that is tried again: what settles waits for it.
        time.schedule(10, () -> time.schedule(500, () -> ran.add("again")));
        time.jumpTo(DAY_MS, () -> machine.advance(500));
        assertThat(ran).containsExactly("again");
    }

    @Test
    void goesOnAfterATaskThatThrows() {
        time.scheduleEvery(10, () -> {
            ran.add("tick");
            throw new IllegalStateException("for the test");
        });
        jump(10);
        int before = ran.size();
        machine.advance(10);
        assertThat(ran).hasSize(before + 1);
    }

    @Test
    void endsTheJumpWhenSettlingFails() {
        time.schedule(10, () -> ran.add("task"));
        assertThatThrownBy(() -> time.jumpTo(DAY_MS, () -> {
                    throw new IllegalStateException("for the test");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(time.aheadMs()).isEqualTo(DAY_MS);
        machine.advance(0);
        assertThat(ran).containsExactly("task");
    }

    @Test
    void cancelsTasks() {
        Scheduler.Task once = time.schedule(10, () -> ran.add("once"));
        Scheduler.Task every = time.scheduleEvery(10, () -> ran.add("every"));
        once.cancel();
        every.cancel();
        jump(DAY_MS);
        machine.advance(DAY_MS);
        assertThat(ran).isEmpty();
    }

    @Test
    void cancelsAPeriodicTaskFromWithin() {
        Scheduler.Task[] task = new Scheduler.Task[1];
        task[0] = time.scheduleEvery(10, () -> {
            ran.add("tick");
            task[0].cancel();
        });
        jump(DAY_MS);
        machine.advance(DAY_MS);
        assertThat(ran).hasSize(1);
    }

    @Test
    void restoresTheTimeOfAnEarlierRunWithoutRunningTasks() {
        time.schedule(100, () -> ran.add("task " + time.millis()));
        time.restore(DAY_MS);
        assertThat(time.millis()).isEqualTo(1_000 + DAY_MS);
        machine.advance(99);
        assertThat(ran).isEmpty();
        machine.advance(1);
        assertThat(ran).containsExactly("task " + (1_100 + DAY_MS));
    }

    @Test
    void neverGoesBackNorFartherThanAThousandYears() {
        time.restore(DAY_MS);
        assertThatThrownBy(() -> time.restore(DAY_MS - 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> jump(DAY_MS - 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> jump(Long.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
        jump(MovableTime.MAX_AHEAD_MS);
        assertThat(time.millis()).isEqualTo(1_000 + MovableTime.MAX_AHEAD_MS);
    }

    @Test
    void waitsForATaskThatRunsWhenTheJumpBegins() throws InterruptedException {
        try (MovableTime real = new MovableTime(Clock.system(), new SystemScheduler(2))) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            List<String> order = new ArrayList<>();
            real.schedule(0, () -> {
                begun.countDown();
                awaitQuietly(go);
                order.add("running before");
            });
            assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
            real.schedule(DAY_MS, () -> order.add("due in the jump"));
            real.machine().schedule(20, go::countDown);
            real.jumpTo(2 * DAY_MS, () -> {});
            assertThat(order).containsExactly("running before", "due in the jump");
        }
    }

    @Test
    void anErrorOfATaskEndsNeitherItsSeriesNorTheJump() {
        time.scheduleEvery(300_000, () -> {
            ran.add("tick");
            throw new StackOverflowError("thrown on purpose");
        });
        jump(DAY_MS);
        assertThat(ran).hasSizeGreaterThan(2);
        ran.clear();
        machine.advance(300_000);
        assertThat(ran).hasSize(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void jump(long ms) {
        time.jumpTo(ms, () -> {});
    }
}
