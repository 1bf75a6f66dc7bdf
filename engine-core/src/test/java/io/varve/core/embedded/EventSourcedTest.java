// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.core.event.Decision;
import io.varve.core.spi.StorageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keeps a sum as the state, to which each event adds a number. */
class EventSourcedTest {
    private final AtomicInteger applied = new AtomicInteger();
    private final RestartedStore restarted = new RestartedStore();
    private EventStore store = restarted.open();

    @AfterEach
    void close() {
        restarted.close();
    }

    private final class Sum implements EventModel<Long, Integer> {
        @Override
        public Long initial() {
            return 0L;
        }

        @Override
        public Long apply(Long state, Integer event) {
            applied.incrementAndGet();
            return state + event;
        }

        @Override
        public byte[] write(Integer event) {
            return text(event);
        }

        @Override
        public Integer read(byte[] bytes) {
            return Integer.valueOf(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    private record SumCodec(int version) implements StateCodec<Long> {
        @Override
        public byte[] write(Long state) {
            return text(state);
        }

        @Override
        public Long read(byte[] bytes) {
            return Long.valueOf(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    private static byte[] text(Object number) {
        return number.toString().getBytes(StandardCharsets.UTF_8);
    }

    private EventSourced<Long, Integer> sum() {
        return EventSourced.open(store, "sum", new Sum());
    }

    private EventSourced<Long, Integer> sum(StateCodec<Long> codec, int snapshotEvery) {
        return EventSourced.open(store, "sum", new Sum(), codec, snapshotEvery);
    }

    private static long add(EventSourced<Long, Integer> sum, Integer... numbers) {
        return sum.execute(state -> Decision.of(
                List.of(numbers),
                state + List.of(numbers).stream().mapToInt(n -> n).sum()));
    }

    @Test
    void theNextProcessHasTheSameState() {
        EventSourced<Long, Integer> sum = sum();
        assertThat(add(sum, 3, 4)).isEqualTo(7);
        assertThat(add(sum, -5)).isEqualTo(2);
        store = restarted.reopen();

        assertThat(sum().state()).isEqualTo(2);
        assertThat(store.stream("sum").read(0, 1000).events())
                .extracting(StoredEvent::text)
                .containsExactly("3", "4", "-5");
    }

    @Test
    void aCommandThatRefusesChangesNothing() {
        EventSourced<Long, Integer> sum = sum();
        add(sum, 3);

        assertThatThrownBy(() -> sum.execute(state -> {
                    throw new IllegalArgumentException("not with " + state);
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not with 3");
        assertThat(sum.state()).isEqualTo(3);
        assertThat(sum.stream().endOffset()).isEqualTo(1);
        assertThat(sum.<String>execute(state -> Decision.nothing("it is " + state)))
                .isEqualTo("it is 3");
    }

    /** Commands of many threads are decided one after another: none works with an old state. */
    @Test
    void commandsSeeTheEventsOfEarlierOnes() throws Exception {
        EventSourced<Long, Integer> sum = sum();
        List<CompletableFuture<Long>> answers = IntStream.range(0, 200)
                .mapToObj(i -> sum.submit(state -> Decision.of(List.of(1), state)))
                .toList();

        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertThat(answers.stream().map(CompletableFuture::join))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).mapToObj(Long::valueOf).toList());
        assertThat(sum.state()).isEqualTo(200);
    }

    @Test
    void aStateIsNotShownBeforeItIsDurableAndAPowerCutTakesIt() throws Exception {
        store = restarted.reopen(0);
        EventSourced<Long, Integer> sum = sum();
        CompletableFuture<Long> answer = sum.submit(state -> Decision.of(List.of(7), state));
        assertThat(sum.state()).isZero();
        assertThat(answer).isNotDone();

        store = restarted.crash();
        assertThat(sum().state()).isZero();
    }

    @Test
    void aStartReadsTheSnapshotAndTheEventsAfterIt() {
        EventSourced<Long, Integer> sum = sum(new SumCodec(1), 3);
        for (int i = 1; i <= 10; i++) {
            add(sum, i);
        }
        store = restarted.crash(); // without the snapshot of a close: the last is the one after nine events
        applied.set(0);

        assertThat(sum(new SumCodec(1), 3).state()).isEqualTo(55);
        assertThat(applied).hasValue(1);
    }

    @Test
    void aCloseLeavesNothingToReplay() {
        EventSourced<Long, Integer> sum = sum(new SumCodec(1), 1000);
        add(sum, 1, 2, 3);
        sum.close();
        sum.close();
        applied.set(0);

        EventSourced<Long, Integer> next = sum(new SumCodec(1), 1000);
        assertThat(next.state()).isEqualTo(6);
        assertThat(applied).hasValue(0);
        assertThatThrownBy(() -> add(sum, 1)).isInstanceOf(StorageException.class);
    }

    @Test
    void aSnapshotThatCannotBeReadIsReplacedByTheEvents() {
        sum(new SumCodec(1), 1).execute(state -> Decision.of(List.of(3, 4), null));
        store = restarted.reopen();
        applied.set(0);
        assertThat(sum(new SumCodec(2), 1).state()).isEqualTo(7); // of another version
        assertThat(applied).hasValue(2);

        store = restarted.reopen();
        StateCodec<Long> broken = new StateCodec<>() {
            @Override
            public int version() {
                return 1;
            }

            @Override
            public byte[] write(Long state) {
                throw new IllegalStateException("cannot write");
            }

            @Override
            public Long read(byte[] bytes) {
                throw new IllegalStateException("cannot read");
            }
        };
        EventSourced<Long, Integer> sum = sum(broken, 1);
        assertThat(sum.state()).isEqualTo(7);
        assertThat(add(sum, 1)).isEqualTo(8); // nor is the command's answer lost when there is no snapshot
    }

    @Test
    void nobodyElseAppendsAndEverybodyMayFollow() throws Exception {
        EventSourced<Long, Integer> sum = sum();
        EventStream stream = store.stream("sum");
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        assertThatThrownBy(() -> stream.append(List.of(NewEvent.of("1"))))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("submit a command");
        assertThatThrownBy(() -> stream.trimTo(0)).isInstanceOf(StorageException.class);
        assertThatThrownBy(this::sum).isInstanceOf(StorageException.class);
        try (Tail tail = stream.subscribe(0, event -> seen.add(event.text()))) {
            add(sum, 5);
            assertThat(seen.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("5");
            assertThat(tail.ended()).isNotDone();
        }
        sum.close();
        stream.append(List.of(NewEvent.of("1")));
        assertThat(sum().state()).isEqualTo(6);
    }

    @Test
    void anEventThatCannotBeReadFailsTheStartAndNamesItsOffset() {
        store.stream("sum").append(List.of(NewEvent.of("1"), NewEvent.of("one")));

        assertThatThrownBy(this::sum).hasMessageContaining("offset 1");
        store.stream("sum").append(List.of(NewEvent.of("free again")));
    }

    @Test
    void eventsThatWereTrimmedAreMissed() {
        sum(new SumCodec(1), 1).execute(state -> Decision.of(List.of(1), null));
        store = restarted.reopen();
        EventStream stream = store.stream("sum");
        stream.append(List.of(NewEvent.of("2")));
        stream.trimTo(1);
        EventSourced<Long, Integer> behindItsSnapshot = sum(new SumCodec(1), 100);
        assertThat(behindItsSnapshot.state()).isEqualTo(3);
        behindItsSnapshot.close();

        stream.trimTo(2);
        assertThatThrownBy(this::sum).isInstanceOf(StorageException.class).hasMessageContaining("are gone");
        assertThatThrownBy(() -> sum(new SumCodec(3), 100)).hasMessageContaining("are gone");
    }
}
