// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Follows streams in memory. */
class TailTest {
    private final RestartedStore restarted = new RestartedStore();
    private final EventStore store = restarted.open();
    private final EventStream orders = store.stream("orders");
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        restarted.close();
    }

    private void append(String... texts) {
        orders.append(List.of(texts).stream().map(NewEvent::of).toList());
    }

    private String next() throws InterruptedException {
        return seen.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void showsWhatIsThereAndThenWhatComes() throws Exception {
        append("0", "1");
        try (Tail tail = orders.subscribe(1, event -> seen.add(event.text()))) {
            assertThat(next()).isEqualTo("1");
            append("2");
            append("3", "4");
            assertThat(next()).isEqualTo("2");
            assertThat(next()).isEqualTo("3");
            assertThat(next()).isEqualTo("4");
            assertThat(tail.ended()).isNotDone();
        }
    }

    @Test
    void showsNothingBeforeItIsDurable() throws Exception {
        EventStore held = restarted.reopen(0);
        EventStream stream = held.stream("orders");
        try (Tail tail = stream.subscribe(0, event -> seen.add(event.text()))) {
            CompletableFuture<Long> durable = stream.appendAsync(List.of(NewEvent.of("0")));
            assertThat(seen).isEmpty();
            assertThat(tail.ended()).isNotDone();
            restarted.gate.allow(10);
            durable.get(60, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("0");
        }
    }

    /** The listener holds its subscription up; nobody else. */
    @Test
    void readsOnWhenTheListenerReturns() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Tail slow = orders.subscribe(0, event -> {
                    entered.countDown();
                    await(goOn);
                    seen.add("slow " + event.text());
                });
                Tail fast = orders.subscribe(0, event -> seen.add("fast " + event.text()))) {
            append("0");
            append("1");
            assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(next()).isEqualTo("fast 0");
            assertThat(next()).isEqualTo("fast 1");
            goOn.countDown();
            assertThat(next()).isEqualTo("slow 0");
            assertThat(next()).isEqualTo("slow 1");
            assertThat(slow.ended()).isNotDone();
            assertThat(fast.ended()).isNotDone();
        }
    }

    /** Takes what it asked for, and notes every call. */
    private final class Asking implements Flow.Subscriber<StoredEvent> {
        final CompletableFuture<Flow.Subscription> requests = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            requests.complete(subscription);
        }

        @Override
        public void onNext(StoredEvent event) {
            seen.add(event.text());
        }

        @Override
        public void onError(Throwable failure) {
            seen.add("failed: " + failure.getClass().getSimpleName());
        }

        @Override
        public void onComplete() {
            seen.add("complete");
        }
    }

    @Test
    void passesOnAsManyAsAreRequested() throws Exception {
        append("0", "1", "2", "3");
        Asking subscriber = new Asking();
        Tail tail = orders.subscribe(0, subscriber);
        Flow.Subscription requests = subscriber.requests.get(60, TimeUnit.SECONDS);

        requests.request(1);
        assertThat(next()).isEqualTo("0");
        requests.request(2);
        assertThat(next()).isEqualTo("1");
        assertThat(next()).isEqualTo("2");
        requests.cancel();
        requests.request(5);
        tail.ended().get(60, TimeUnit.SECONDS);
        assertThat(seen).isEmpty();
    }

    @Test
    void aRequestForNothingIsAnError() throws Exception {
        Asking subscriber = new Asking();
        Tail tail = orders.subscribe(0, subscriber);
        subscriber.requests.get(60, TimeUnit.SECONDS).request(0);

        assertThat(next()).isEqualTo("failed: IllegalArgumentException");
        assertThatThrownBy(() -> tail.ended().get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }

    @Test
    void theCloseOfTheStoreCompletesItAndADeletionFailsIt() throws Exception {
        Asking ofOrders = new Asking();
        Tail first = orders.subscribe(0, ofOrders);
        ofOrders.requests.get(60, TimeUnit.SECONDS).request(1);
        store.delete("orders");
        assertThat(next()).isEqualTo("failed: StorageException");
        assertThat(first.ended().handle((done, failure) -> failure).get(60, TimeUnit.SECONDS))
                .isInstanceOf(StorageException.class);

        Asking ofPayments = new Asking();
        Tail second = store.stream("payments").subscribe(0, ofPayments);
        ofPayments.requests.get(60, TimeUnit.SECONDS);
        store.close();
        assertThat(next()).isEqualTo("complete");
        second.ended().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aListenersExceptionEndsItsSubscriptionAlone() throws Exception {
        IllegalStateException mistake = new IllegalStateException("a mistake");
        Tail failing = orders.subscribe(0, event -> {
            throw mistake;
        });
        Tail other = orders.subscribe(0, event -> seen.add(event.text()));
        append("0");

        assertThat(failing.ended().handle((done, failure) -> failure).get(60, TimeUnit.SECONDS))
                .isSameAs(mistake);
        assertThat(next()).isEqualTo("0");
        append("1");
        assertThat(next()).isEqualTo("1");
        other.close();
        failing.close();
    }

    @Test
    void noCallComesAfterTheClose() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Tail tail = orders.subscribe(0, event -> {
            entered.countDown();
            await(goOn);
            calls.incrementAndGet();
        });
        append("0", "1", "2");
        assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();

        Thread closer = new Thread(tail::close);
        closer.start();
        goOn.countDown();
        closer.join();
        int at = calls.get();
        append("3");
        store.close();
        assertThat(calls).hasValue(at);
        assertThat(at).isBetween(1, 3);
    }

    @Test
    void aListenerMayCloseItsOwnSubscription() throws Exception {
        AtomicReference<Tail> own = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        Tail tail = orders.subscribe(0, event -> {
            await(known);
            own.get().close();
            seen.add(event.text());
        });
        own.set(tail);
        known.countDown();
        append("0", "1");

        tail.ended().get(60, TimeUnit.SECONDS);
        assertThat(seen).containsExactly("0");
    }

    @Test
    void leavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Tail closed = orders.subscribe(0, event -> {});
        Asking subscriber = new Asking();
        orders.subscribe(0, subscriber);
        subscriber.requests.get(60, TimeUnit.SECONDS).cancel();
        Tail failed = orders.subscribe(0, event -> {
            throw new IllegalStateException("a mistake");
        });
        append("0");
        closed.close();
        failed.ended().handle((done, failure) -> failure).get(60, TimeUnit.SECONDS);

        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && thread.getName().startsWith("tail-")) {
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    @Test
    void beginsWhereThereIsSomethingToCome() {
        append("0");
        assertThatThrownBy(() -> orders.subscribe(2, event -> {})).isInstanceOf(OffsetOutOfRangeException.class);
        assertThatThrownBy(() -> orders.subscribe(-1, event -> {})).isInstanceOf(OffsetOutOfRangeException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
