// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.event.Decision;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.ProvidedStorage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Passes a stream from one writer to the next while the one before is still at it. */
@Timeout(180)
class StreamOwnershipTest {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger applied = new AtomicInteger();
    private final EventStore store = EventStore.open(
            new ProvidedStorage(new MemoryStorage()),
            new StorageContext(
                    List.of(Path.of("unused")),
                    Map.of(),
                    new StoppingClock(),
                    new Impatient(new SystemScheduler(2)),
                    Ids.random(),
                    new FailPoints()));

    @AfterEach
    void close() {
        goOn.countDown();
        store.close();
    }

    /** Stops the thread of an append between the look at the owner and the append. */
    private final class StoppingClock implements Clock {
        private static final String STOPPED = "stopped";
        private int looks;

        @Override
        public long millis() {
            if (Thread.currentThread().getName().equals(STOPPED) && ++looks == 2) { // the events have their time
                pass();
            }
            return Clock.system().millis();
        }

        @Override
        public long nanos() {
            return Clock.system().nanos();
        }
    }

    private void pass() {
        reached.countDown();
        try {
            assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for no agent: a close is overdue at once unless there is nothing to do. */
    private record Impatient(Scheduler patient) implements Scheduler {
        @Override
        public Task schedule(long delayMs, Runnable task) {
            return patient.schedule(delayMs, task);
        }

        @Override
        public Task scheduleEvery(long periodMs, Runnable task) {
            return patient.scheduleEvery(periodMs, task);
        }

        @Override
        public Agent agent(String name, AgentStep step) {
            return patient.agent(name, step);
        }

        @Override
        public Agent worker(String name, AgentStep step) {
            Agent agent = patient.worker(name, step);
            return new Agent() {
                @Override
                public void wake() {
                    agent.wake();
                }

                @Override
                public boolean close(long waitMs) {
                    return agent.close(0);
                }
            };
        }

        @Override
        public boolean await(CompletableFuture<?> done, long ms) {
            return patient.await(done, ms);
        }

        @Override
        public Thread start(String name, Runnable loop) {
            return patient.start(name, loop);
        }

        @Override
        public void close() {
            patient.close();
        }
    }

    private final class Count implements EventModel<Integer, String> {
        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public Integer apply(Integer state, String event) {
            applied.incrementAndGet();
            return state + 1;
        }

        @Override
        public byte[] write(String event) {
            return event.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String read(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static final class CountCodec implements StateCodec<Integer> {
        @Override
        public int version() {
            return 1;
        }

        @Override
        public byte[] write(Integer state) {
            return new byte[] {state.byteValue()};
        }

        @Override
        public Integer read(byte[] bytes) {
            return (int) bytes[0];
        }
    }

    private EventSourced<Integer, String> count() {
        return EventSourced.open(store, "count", new Count(), new CountCodec(), 1000);
    }

    @Test
    void anAppendThatIsUnderWayIsInTheStateOfTheNextOwner() throws Exception {
        EventStream stream = store.stream("count");
        Thread append = new Thread(() -> stream.append(List.of(NewEvent.of("one"))), StoppingClock.STOPPED);
        append.start();
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Integer> opened = new CompletableFuture<>();
        Thread opening = new Thread(() -> opened.complete(count().state()));
        opening.start();
        while (!opened.isDone() && opening.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        append.join();
        assertThat(opened.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void aStreamIsFreeWhenItsOwnersLastCommandHasEndedAndNotBefore() throws Exception {
        EventSourced<Integer, String> count = count();
        CompletableFuture<String> slow = count.submit(state -> {
            pass();
            return Decision.of(List.of("one"), "done");
        });
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<String> queued = count.submit(state -> Decision.of(List.of("two"), "never"));
        count.close();
        assertThatThrownBy(() -> queued.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(StorageException.class);
        EventStream stream = store.stream("count");
        assertThatThrownBy(() -> stream.append(List.of(NewEvent.of("three"))))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE));
        goOn.countDown();
        assertThat(slow.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        while (true) {
            try {
                stream.append(List.of(NewEvent.of("three")));
                break;
            } catch (StorageException stillOwned) {
                assertThat(stillOwned.kind()).isEqualTo(StorageException.Kind.MISUSE);
                Thread.onSpinWait();
            }
        }
        applied.set(0);
        assertThat(count().state()).isEqualTo(2);
        assertThat(applied).as("events after the last snapshot").hasValue(2);
    }
}
