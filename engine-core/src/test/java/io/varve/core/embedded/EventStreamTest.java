// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.EndOffsetConflictException;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.spi.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Appends to streams in memory, and reads them. */
class EventStreamTest {
    private static final int ALL = 1 << 20;

    private final RestartedStore restarted = new RestartedStore();
    private EventStore store = restarted.open();

    @AfterEach
    void close() {
        restarted.close();
    }

    private static List<NewEvent> events(String... texts) {
        return List.of(texts).stream().map(NewEvent::of).toList();
    }

    private static List<String> texts(EventStream stream) {
        return stream.read(stream.startOffset(), ALL).events().stream()
                .map(StoredEvent::text)
                .toList();
    }

    @Test
    void readsBackWhatWasAppended() {
        EventStream orders = store.stream("orders");
        NewEvent whole =
                NewEvent.of("one").withKey("order-1").withHeader("by", "me").withHeader("by", "you");
        assertThat(orders.append(List.of(whole, NewEvent.of(new byte[0])))).isEqualTo(2);
        assertThat(orders.append(events("three"))).isEqualTo(3);

        EventPage page = orders.read(0, ALL);

        assertThat(page.nextOffset()).isEqualTo(3);
        assertThat(page.events()).extracting(StoredEvent::offset).containsExactly(0L, 1L, 2L);
        assertThat(page.events()).extracting(StoredEvent::text).containsExactly("one", "", "three");
        assertThat(page.events().get(0).key()).isEqualTo("order-1".getBytes(StandardCharsets.UTF_8));
        assertThat(page.events().get(1).key()).isNull();
        assertThat(page.events().get(0).headers())
                .extracting(header -> header.key() + "="
                        + StandardCharsets.UTF_8.decode(header.value().duplicate()))
                .containsExactly("by=me", "by=you");
        assertThat(page.events().get(0).timestampMs()).isPositive();
    }

    @Test
    void readsFromTheMiddleOfAnAppendAndInPages() {
        EventStream orders = store.stream("orders");
        orders.append(events("0", "1", "2"));
        orders.append(events("3", "4"));

        EventPage first = orders.read(1, 1);
        assertThat(first.events()).extracting(StoredEvent::text).containsExactly("1", "2");
        EventPage second = orders.read(first.nextOffset(), 1);
        assertThat(second.events()).extracting(StoredEvent::text).containsExactly("3", "4");
        assertThat(orders.read(second.nextOffset(), 1).events()).isEmpty();
        assertThatThrownBy(() -> orders.read(6, 1)).isInstanceOf(OffsetOutOfRangeException.class);
    }

    @Test
    void aConflictTellsTheEndThereIsAndAppendsNothing() {
        EventStream orders = store.stream("orders");
        long end = orders.append(0, events("one"));
        orders.append(end, events("two"));

        EndOffsetConflictException conflict =
                catchThrowableOfType(EndOffsetConflictException.class, () -> orders.append(end, events("lost")));

        assertThat(conflict.expected()).isEqualTo(1);
        assertThat(conflict.endOffset()).isEqualTo(2);
        orders.append(conflict.endOffset(), events("three"));
        assertThat(texts(orders)).containsExactly("one", "two", "three");
        assertThatThrownBy(() -> orders.append(-1, events("lost"))).isInstanceOf(IllegalArgumentException.class);
    }

    /** Each of many writers reads the end, and appends there or tries again. */
    @Test
    void ofWritersThatExpectTheSameEndOneWins() throws Exception {
        EventStream numbers = store.stream("numbers");
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> writers = IntStream.range(0, 4)
                .mapToObj(writer -> new Thread(() -> {
                    awaitUninterruptibly(begin);
                    for (int i = 0; i < 50; i++) {
                        addNext(numbers);
                    }
                }))
                .toList();
        writers.forEach(Thread::start);
        begin.countDown();
        for (Thread writer : writers) {
            writer.join();
        }

        // Nobody wrote a number without having seen the one before.
        assertThat(texts(numbers))
                .containsExactlyElementsOf(
                        IntStream.range(0, 200).mapToObj(Integer::toString).toList());
    }

    private static void addNext(EventStream numbers) {
        long end = numbers.endOffset();
        while (true) {
            try {
                numbers.append(end, events(Long.toString(end)));
                return;
            } catch (EndOffsetConflictException e) {
                end = e.endOffset();
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingIsShownOrAnsweredBeforeItIsDurable() throws Exception {
        store = restarted.reopen(0);
        EventStream orders = store.stream("orders");

        CompletableFuture<Long> first = orders.appendAsync(events("one"));
        CompletableFuture<Long> second = orders.appendAsync(1, events("two")); // at the end that is to be
        assertThat(first).isNotDone();
        assertThat(orders.endOffset()).isZero();
        assertThat(orders.read(0, ALL).events()).isEmpty();

        restarted.gate.allow(10);
        assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(texts(orders)).containsExactly("one", "two");
    }

    /** Whoever waits in what is hung on a future waits for the store: it must go on. */
    @Test
    void whatHangsOnAFutureMayBlock() throws Exception {
        EventStream orders = store.stream("orders");
        EventStream copies = store.stream("copies");

        CompletableFuture<Long> copied =
                orders.appendAsync(events("one")).thenApply(end -> copies.append(events("copy of one")));

        assertThat(copied.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void streamsSurviveARestartAndAPowerCut() {
        store.stream("orders").append(events("one"));
        store.stream("payments").append(events("paid"));
        store = restarted.reopen();
        assertThat(store.names()).containsExactly("orders", "payments");
        store.stream("orders").append(1, events("two"));

        store = restarted.crash();
        assertThat(texts(store.stream("orders"))).containsExactly("one", "two");
        assertThat(texts(store.stream("payments"))).containsExactly("paid");
    }

    @Test
    void aDeletedStreamIsGoneAndItsNameIsFree() {
        EventStream old = store.stream("orders");
        old.append(events("one"));
        store.delete("orders");
        store.delete("orders");

        assertThatThrownBy(() -> old.append(events("late"))).isInstanceOf(StorageException.class);
        assertThat(store.names()).isEmpty();
        assertThat(store.stream("orders").endOffset()).isZero();
    }

    @Test
    void dropsWhatIsTrimmed() {
        EventStream orders = store.stream("orders");
        orders.append(events("one"));
        orders.append(events("two"));
        orders.trimTo(1);

        assertThat(orders.startOffset()).isEqualTo(1);
        assertThat(texts(orders)).containsExactly("two");
        assertThatThrownBy(() -> orders.read(0, ALL)).isInstanceOf(OffsetOutOfRangeException.class);
        assertThatThrownBy(() -> orders.trimTo(3)).isInstanceOf(OffsetOutOfRangeException.class);
    }

    @Test
    void refusesWhatItCannotDo() {
        EventStream orders = store.stream("orders");
        assertThatThrownBy(() -> orders.append(List.of(NewEvent.of(new byte[65 << 20]))))
                .isInstanceOf(AppendException.class);
        assertThatThrownBy(() -> store.stream("a/b")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> EventStore.open("floppy", Path.of("unused")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("memory")
                .hasMessageContaining("backend-floppy");
    }

    @Test
    void leavesTheDirectoryOfAServerAlone() {
        store.stream("__cluster_metadata");
        assertThatThrownBy(restarted::reopen).hasMessageContaining("a Varve server's");
    }

    @Test
    void aClosedStoreRefusesAndAnswersAllTheSame() {
        EventStream orders = store.stream("orders");
        CompletableFuture<Long> before = orders.appendAsync(events("one"));
        store.close();
        store.close();

        assertThat(before).isCompletedWithValue(1L);
        assertThatThrownBy(() -> orders.append(events("late"))).isInstanceOf(StorageException.class);
        assertThat(orders.appendAsync(events("late"))).isCompletedExceptionally();
        assertThatThrownBy(() -> store.stream("others")).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> orders.subscribe(0, event -> {})).isInstanceOf(StorageException.class);
    }
}
