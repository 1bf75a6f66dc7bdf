// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.varve.core.runtime.Scheduler.AgentStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that everything runs in one order, at its time, on command only. */
@Timeout(180)
class VirtualTimeTest {
    private final VirtualTime time = new VirtualTime(0);
    private final List<String> ran = new ArrayList<>();

    private void note(String what) {
        ran.add(what + " " + time.millis());
    }

    @Test
    void runsTasksInOrderOfTimeAndAtTheirTime() {
        time.schedule(20, () -> note("late"));
        time.schedule(10, () -> note("early"));
        time.advance(15);
        assertThat(ran).containsExactly("early 10");
        time.advance(15);
        assertThat(ran).containsExactly("early 10", "late 20");
        assertThat(time.millis()).isEqualTo(30);
    }

    @Test
    void repeatsUntilCancelled() {
        Scheduler.Task task = time.scheduleEvery(10, () -> ran.add("tick"));
        time.advance(35);
        assertThat(ran).hasSize(3);
        task.cancel();
        time.advance(100);
        assertThat(ran).hasSize(3);
    }

    @Test
    void aTaskThatThrowsEndsNeitherItsSeriesNorTheDriver() {
        time.scheduleEvery(10, () -> {
            ran.add("tick");
            throw new IllegalStateException("thrown on purpose");
        });
        time.schedule(15, () -> {
            throw new IllegalStateException("thrown on purpose");
        });
        time.advance(35);
        assertThat(ran).hasSize(3);
    }

    @Test
    void tellsOfEachFailureOfATaskAndOfAnAgent() {
        List<String> failures = new ArrayList<>();
        time.onTaskFailure(failure -> failures.add(failure.getMessage() + " " + time.millis()));
        time.scheduleEvery(10, () -> {
            throw new IllegalStateException("again");
        });
        time.schedule(15, () -> {
            throw new IllegalStateException("once");
        });
        time.agent("fails", () -> {
            throw new IllegalStateException("a step");
        });
        time.advance(25);
        assertThat(failures).containsExactly("a step 0", "again 10", "once 15", "again 20");
    }

    @Test
    void aTaskMayCancelItsSeries() {
        AtomicReference<Scheduler.Task> task = new AtomicReference<>();
        task.set(time.scheduleEvery(10, () -> {
            ran.add("tick");
            task.get().cancel();
        }));
        time.advance(100);
        assertThat(ran).hasSize(1);
    }

    @Test
    void readyAgentsRunInOrderOfRegistrationBeforeTimeMovesOn() {
        AtomicInteger left = new AtomicInteger(2);
        Scheduler.Agent first = time.agent("first", () -> {
            note("first");
            return AgentStep.UNTIL_WOKEN;
        });
        time.agent("second", () -> {
            note("second");
            return left.decrementAndGet() > 0 ? AgentStep.AGAIN : AgentStep.pauseMs(100);
        });
        time.schedule(10, () -> {
            note("task");
            first.wake();
        });
        time.schedule(10, () -> note("task"));
        assertThat(ran).isEmpty();
        time.runReady();
        assertThat(ran).containsExactly("first 0", "second 0", "second 0");
        ran.clear();
        time.advance(150);
        assertThat(ran).containsExactly("task 10", "first 10", "task 10", "second 100");
    }

    @Test
    void aWakeUpDuringAStepIsNotLost() {
        AtomicReference<Scheduler.Agent> agent = new AtomicReference<>();
        agent.set(time.agent("agent", () -> {
            note("step");
            if (ran.size() < 3) {
                agent.get().wake();
            }
            return AgentStep.pauseMs(1000);
        }));
        time.runReady();
        assertThat(ran).containsExactly("step 0", "step 0", "step 0");
    }

    @Test
    void othersGoOnWhileAWorkerWaits() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        for (int i = 1; i <= 2; i++) {
            int pause = i * 1000;
            time.worker("worker", () -> {
                note("begin");
                boolean completed = time.await(done, pause);
                note(completed ? "completed" : "over");
                return AgentStep.UNTIL_WOKEN;
            });
        }
        time.schedule(500, () -> note("task"));
        time.schedule(1500, () -> done.complete(null));
        time.advance(700);
        assertThat(ran).containsExactly("begin 0", "begin 0", "task 500");
        assertThat(time.millis()).isEqualTo(700);
        time.advance(700);
        assertThat(ran).endsWith("over 1000").hasSize(4);
        time.advance(700);
        assertThat(ran).endsWith("completed 1500").hasSize(5);
    }

    @Test
    void theDriversWaitRunsTheOthers() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Scheduler.Agent agent = time.agent("agent", () -> {
            note("step");
            return AgentStep.UNTIL_WOKEN;
        });
        time.schedule(10, agent::wake);
        time.schedule(20, () -> done.complete(null));
        assertThat(time.await(done, 15)).isFalse();
        assertThat(ran).containsExactly("step 0", "step 10");
        assertThat(time.await(done, 1000)).isTrue();
        assertThat(time.millis()).isEqualTo(20);
    }

    @Test
    void aCloseLetsAnAgentDoItsWorkAndEndsItsWait() {
        AtomicInteger left = new AtomicInteger(3);
        Scheduler.Agent agent = time.agent("agent", () -> {
            ran.add("step");
            return left.decrementAndGet() > 0 ? AgentStep.AGAIN : AgentStep.pauseMs(10);
        });
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        Scheduler.Agent worker = time.worker("worker", () -> {
            time.await(stopped, AgentStep.UNTIL_WOKEN);
            ran.add("stopped");
            return AgentStep.pauseMs(10);
        });
        assertThat(agent.close(100)).isTrue();
        assertThat(ran).containsExactly("step", "step", "step");
        assertThat(worker.close(100)).isFalse();
        assertThat(time.millis()).isEqualTo(100);
        stopped.complete(null);
        assertThat(worker.close(100)).isTrue();
        ran.clear();
        agent.wake();
        worker.wake();
        time.advance(100);
        assertThat(ran).isEmpty();
    }

    @Test
    void anAgentThatThrowsRunsAgain() {
        time.agent("agent", () -> {
            note("step");
            throw new IllegalStateException("thrown on purpose");
        });
        time.advance(2500);
        assertThat(ran).containsExactly("step 0", "step 1000", "step 2000");
    }

    /** No one else would move the time. */
    @Test
    void withThreadsAWaitOfNoTimeIsOverAtOnce() {
        VirtualTime threads = VirtualTime.withThreads(0);
        CompletableFuture<Void> never = new CompletableFuture<>();
        boolean done = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> threads.await(never, 0));
        assertThat(done).isFalse();
    }

    @Test
    void withThreadsAgentsNeedNoDriverButItsTime() throws Exception {
        VirtualTime threads = VirtualTime.withThreads(0);
        CompletableFuture<Void> began = new CompletableFuture<>();
        CompletableFuture<Void> again = new CompletableFuture<>();
        Scheduler.Agent agent = threads.worker("agent", () -> {
            if (began.complete(null)) {
                threads.await(new CompletableFuture<>(), 1000);
            } else {
                again.complete(null);
            }
            return AgentStep.pauseMs(1000);
        });
        assertThat(BlockingWait.await(began, 60_000)).isTrue();
        while (!again.isDone()) {
            threads.advance(1);
            Thread.onSpinWait();
        }
        assertThat(threads.millis()).isGreaterThanOrEqualTo(2000);
        assertThat(agent.close(60_000)).isTrue();
    }
}
