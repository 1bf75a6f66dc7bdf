// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.GatedStorage;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordIterator;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.ProvidedStorage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the writer with a list of words as the state, to which each event adds a word. */
class EventLogTest {
    private static final PartitionId ID = new PartitionId("words", new UUID(1, 2), 0);

    private static final class Words implements EventCodec<String> {
        @Override
        public ByteBuffer encode(List<String> events) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
            events.forEach(
                    word -> builder.append(0, null, ByteBuffer.wrap(word.getBytes(StandardCharsets.UTF_8)), List.of()));
            return builder.build();
        }

        @Override
        public void decode(ByteBuffer batches, Sink<String> sink) {
            for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeInBytes(batches, at)) {
                List<String> events = new ArrayList<>();
                try (RecordIterator records = RecordIterator.of(batches, at, 1 << 20)) {
                    while (records.next()) {
                        events.add(
                                StandardCharsets.UTF_8.decode(records.value()).toString());
                    }
                }
                sink.batch(events, BatchHeader.nextOffset(batches, at));
            }
        }
    }

    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final Words codec = new Words();
    private final List<List<String>> shown = new ArrayList<>();
    private EventLog.Preparation<List<String>> preparation = new EventLog.Preparation<>() {
        @Override
        public boolean waits(List<String> inForce, List<String> next) {
            return false;
        }

        @Override
        public Runnable prepare(List<String> before, List<String> next) {
            return () -> {};
        }
    };
    private MemoryStorage memory = new MemoryStorage();
    private GatedStorage gate;
    private LogEngine engine;
    private EventLog<List<String>, String> events;

    @AfterEach
    void close() {
        gate.allow(1_000_000);
        events.close();
        engine.close();
        scheduler.close();
    }

    private void start() {
        gate = new GatedStorage(memory);
        engine = LogEngine.open(
                new ProvidedStorage(gate),
                new StorageContext(
                        List.of(Path.of("unused")),
                        Map.of(),
                        Clock.system(),
                        scheduler,
                        Ids.random(),
                        new FailPoints()),
                EngineConfig.DEFAULT);
        PartitionLog log = engine.open(ID, 0, PartitionConfig.DEFAULT);
        List<String> replayed = new ArrayList<>();
        EventReplay.replay(
                log,
                codec,
                (words, nextOffset) -> {
                    replayed.addAll(words);
                    assertThat(nextOffset).isEqualTo(replayed.size());
                },
                scheduler);
        events = new EventLog<>(
                log, codec, EventLogTest::append, List.copyOf(replayed), preparation, shown::addAll, scheduler);
    }

    @Test
    void goesOnThoughSomebodyItToldInterruptsItsThread() throws Exception {
        start();
        gate.allow(1_000_000);
        for (int i = 0; i < 3; i++) {
            String word = "word" + i;
            await(events.submit(words -> {
                Thread.currentThread().interrupt();
                return new Decision<>(List.of(word), words::size);
            }));
        }
        assertThat(events.state()).containsExactly("word0", "word1", "word2");
    }

    @Test
    void inVirtualTimeEverythingHappensInTheDriversCalls() {
        VirtualTime time = new VirtualTime(0);
        List<String> order = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            LogEngine driven = LogEngine.open(
                    new ProvidedStorage(memory),
                    new StorageContext(
                            List.of(Path.of("unused")), Map.of(), time, time, Ids.seeded(1), new FailPoints()),
                    EngineConfig.DEFAULT);
            PartitionLog log = driven.open(ID, 0, PartitionConfig.DEFAULT);
            List<String> replayed = new ArrayList<>();
            EventReplay.replay(log, codec, (words, nextOffset) -> replayed.addAll(words), time);
            EventLog<List<String>, String> inline = new EventLog<>(
                    log, codec, EventLogTest::append, replayed, preparation, states -> order.add("effects"), time);
            CompletableFuture<Integer> first = inline.submit(say("first"));
            CompletableFuture<Integer> second = inline.submit(say("second"));
            first.thenAccept(words -> order.add("first " + words));
            second.thenAccept(words -> order.add("second " + words));
            assertThat(order).isEmpty();
            time.runReady();
            assertThat(order).containsExactly("effects", "first " + (2 * run + 1), "second " + (2 * run + 2));
            order.clear();
            CompletableFuture<Integer> last = inline.submit(state -> Decision.nothing(state.size()));
            inline.close();
            assertThat(last).isCompletedWithValue(2 * run + 2);
            driven.close();
            memory = memory.reopen();
        }
        start();
        assertThat(events.state()).containsExactly("first", "second", "first", "second");
    }

    private static List<String> append(List<String> state, List<String> words, long nextOffset) {
        List<String> after = new ArrayList<>(state);
        after.addAll(words);
        assertThat(nextOffset).isEqualTo(after.size());
        return List.copyOf(after);
    }

    private static Command<List<String>, String, Integer> say(String... words) {
        return state -> new Decision<>(List.of(words), () -> state.size() + words.length);
    }

    private static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void decidesEachCommandOnWhatTheOnesBeforeItDid() {
        start();
        gate.allow(1_000_000);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String word = "word-" + i;
            answers.add(events.submit(state -> new Decision<>(List.of(word + "@" + state.size()), state::size)));
        }
        for (int i = 0; i < 500; i++) {
            assertThat(await(answers.get(i))).isEqualTo(i);
            assertThat(events.state().get(i)).isEqualTo("word-" + i + "@" + i);
        }
        assertThat(shown).hasSize(500).last().isEqualTo(events.state());
    }

    @Test
    void showsNothingThatIsNotDurable() {
        start();
        CompletableFuture<Integer> answer = events.submit(say("secret"));
        awaitAppended(1);
        assertThat(answer).isNotDone();
        assertThat(events.state()).isEmpty();
        assertThat(shown).isEmpty();
        gate.allow(1);
        assertThat(await(answer)).isEqualTo(1);
        assertThat(events.state()).containsExactly("secret");
    }

    @Test
    void replaysWhatWasDurableWhenThePowerWasCut() {
        start();
        gate.allow(2);
        await(events.submit(say("a", "b")));
        await(events.submit(say("c")));
        CompletableFuture<Integer> lost = events.submit(say("d"));
        awaitAppended(4);
        MemoryStorage left = memory.crash();
        gate.allow(1_000_000);
        assertThatThrownBy(() -> await(lost)).hasCauseInstanceOf(StorageException.class);
        assertThatThrownBy(() -> await(events.submit(say("e")))).hasCauseInstanceOf(StorageException.class);
        events.close();
        engine.close();
        memory = left;
        start();
        assertThat(events.state()).containsExactly("a", "b", "c");
    }

    @Test
    void waitsThroughASyncThatFailedButLostNothing() {
        start();
        CompletableFuture<Integer> answer = events.submit(say("patience"));
        gate.failWith(new StorageException(StorageException.Kind.RETRY, "no file to be had"));
        gate.allow(1);
        awaitAppended(1);
        gate.failWith(null);
        gate.allow(1_000_000);
        assertThat(await(answer)).isEqualTo(1);
        assertThat(await(events.submit(say("rewarded")))).isEqualTo(2);
    }

    @Test
    void aRefusedCommandHarmsNoOther() {
        start();
        gate.allow(1_000_000);
        CompletableFuture<Integer> first = events.submit(say("first"));
        CompletableFuture<Integer> refused = events.submit(state -> {
            throw new IllegalArgumentException("no");
        });
        CompletableFuture<Integer> unanswered = events.submit(state -> new Decision<>(List.of("kept"), () -> {
            throw new IllegalStateException("cannot say");
        }));
        CompletableFuture<Integer> last = events.submit(say("last"));
        assertThat(await(first)).isEqualTo(1);
        assertThatThrownBy(() -> await(refused)).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> await(unanswered)).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(await(last)).isEqualTo(3);
        assertThat(events.state()).containsExactly("first", "kept", "last");
    }

    /** The state would name offsets of events that it has not seen. */
    @Test
    void refusesCommandsOnceSomebodyElseHasAppended() {
        start();
        gate.allow(1_000_000);
        await(events.submit(say("mine")));
        PartitionLog log = engine.partition(ID).orElseThrow();
        log.appender().append(codec.encode(List.of("yours")), AppendOrigin.BROKER);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> await(events.submit(say("lost"))))
                    .hasCauseInstanceOf(StorageException.class)
                    .hasMessageContaining("from offset 1 on");
        }
        assertThat(events.state()).containsExactly("mine");
        assertThat(log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void refusesCommandsAfterItsEnd() {
        start();
        gate.allow(1_000_000);
        CompletableFuture<Integer> before = events.submit(say("before"));
        events.close();
        assertThat(await(before)).isEqualTo(1);
        assertThatThrownBy(() -> await(events.submit(say("after"))))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StorageException.class);
        events.close();
    }

    @Test
    void answersAQuestionOnlyWhenWhatItSawIsDurable() {
        start();
        CountDownLatch asked = new CountDownLatch(1);
        events.submit(state -> {
            await(asked); // so that the next two commands share a round
            return Decision.nothing(0);
        });
        CompletableFuture<Integer> said = events.submit(say("word"));
        CompletableFuture<String> answer = events.submit(state -> Decision.nothing(state.get(0)));
        asked.countDown();
        awaitAppended(1);
        assertThat(answer).isNotDone();
        gate.allow(1_000_000);
        assertThat(await(said)).isEqualTo(1);
        assertThat(await(answer)).isEqualTo("word");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitAppended(long end) {
        PartitionLog log = engine.partition(ID).orElseThrow();
        long deadline = Clock.system().nanos() + TimeUnit.SECONDS.toNanos(60);
        while (log.logEndOffset() < end) {
            assertThat(Clock.system().nanos()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
