// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.compaction.Cleaner;
import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.record.RecordIterator;
import io.varve.core.retention.Hold;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.ProvidedStorage;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests when the engine compacts which partition, and that appends, reads and trims go on meanwhile. */
@Timeout(120)
class CompactionTest {
    private static final CompactionLimits LIMITS = new CompactionLimits(true, 0.3, 0, Long.MAX_VALUE, 1000);
    private static final PartitionConfig COMPACTED = new PartitionConfig(
            new SegmentLimits(2000, Long.MAX_VALUE, 0, 1 << 16),
            1 << 20,
            false,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            LIMITS);

    private static final Duration PATIENCE = Await.PATIENCE;

    private VirtualTime time = new VirtualTime(1_000_000);
    private final FailPoints failPoints = new FailPoints();
    private final MemoryStorage storage = new MemoryStorage();
    private LogEngine engine;

    private void start(CompactionConfig compaction) {
        engine = LogEngine.open(
                new ProvidedStorage(storage),
                new StorageContext(List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), failPoints),
                new EngineConfig(
                        Durability.SYNC,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        RetentionConfig.DEFAULT,
                        compaction));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private PartitionLog open(String topic, PartitionConfig config) {
        return engine.open(new PartitionId(topic, new UUID(1, topic.hashCode()), 0), 0, config);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer batch(String key, String value) {
        return new RecordBatchBuilder(Codec.NONE)
                .append(5, bytes(key), bytes(value), List.of())
                .build();
    }

    private static void append(PartitionLog log, String key, String value) {
        log.appender().append(batch(key, value), AppendOrigin.CLIENT);
    }

    /** Appends a number of records of few keys, and waits until they are visible. */
    private void fill(PartitionLog log, int records) {
        for (int i = 0; i < records; i++) {
            append(log, "key " + i % 7, "value " + i);
        }
        awaitVisible(log);
    }

    private void awaitVisible(PartitionLog log) {
        CompletableFuture<Void> visible = new CompletableFuture<>();
        log.awaitHighWatermark(log.logEndOffset(), failure -> {
            if (failure == null) {
                visible.complete(null);
            } else {
                visible.completeExceptionally(failure);
            }
        });
        time.await(visible, 0);
        // With threads the committer may pause, for more appends, in the time that only this thread moves.
        advanceUntil("visible records", visible::isDone);
        visible.join();
    }

    private static int records(PartitionLog log) {
        int count = 0;
        for (Map<String, String> record : read(log)) {
            count += record.size();
        }
        return count;
    }

    private static List<Map<String, String>> read(PartitionLog log) {
        List<Map<String, String>> all = new ArrayList<>();
        long offset = log.logStartOffset();
        while (true) {
            try (var slice =
                    log.reader().read(offset, 1 << 16, Isolation.READ_COMMITTED).slice()) {
                if (slice.sizeInBytes() == 0) {
                    return all;
                }
                ByteBuffer bytes = slice.buffer();
                for (int at = 0; at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
                    try (RecordIterator records = RecordIterator.of(bytes, at, 1 << 20)) {
                        while (records.next()) {
                            all.add(Map.of(text(records.key()), text(records.value())));
                        }
                    }
                    offset = BatchHeader.nextOffset(bytes, at);
                }
            }
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static Map<String, String> folded(PartitionLog log) {
        Map<String, String> folded = new TreeMap<>();
        read(log).forEach(folded::putAll);
        return folded;
    }

    /** Moves the clock until a condition holds, so that threads that wait for the clock proceed. */
    private void advanceUntil(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for %s", what).isLessThan(deadline);
            time.advance(100);
            Thread.yield();
        }
    }

    @Test
    void cleansTheDirtiestFirstAndOnlyWhatIsCompacted() {
        start(CompactionConfig.BY_HAND);
        PartitionLog plain = open("plain", PartitionConfig.DEFAULT);
        PartitionLog clean = open("clean", COMPACTED);
        PartitionLog dirty = open("dirty", COMPACTED);
        fill(plain, 100);
        fill(clean, 100);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.compactOnce()).isFalse();
        assertThat(records(clean)).isLessThan(60);
        fill(clean, 60);
        fill(dirty, 100);
        int before = records(clean);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(records(clean)).isEqualTo(before);
        assertThat(records(dirty)).isLessThan(60);
        while (engine.compactOnce()) {}
        assertThat(records(plain)).isEqualTo(100);
        assertThat(folded(dirty)).hasSize(7).containsEntry("key 1", "value 99");
    }

    @Test
    void cleansByWhatWasConfiguredLast() {
        CompactionConfig rarely = new CompactionConfig(true, 1, 1 << 20, 0.9, 1 << 16, Double.MAX_VALUE, 3_600_000);
        start(rarely);
        time.runReady();
        PartitionLog log = open("log", COMPACTED);
        fill(log, 100);
        time.advance(60_000);
        assertThat(records(log)).isEqualTo(100);

        CompactionConfig soon = new CompactionConfig(true, 2, 2 << 20, 0.9, 1 << 16, Double.MAX_VALUE, 1_000);
        engine.compactWith(soon);
        time.advance(1);
        assertThat(records(log)).isLessThan(60);

        fill(log, 100);
        time.advance(2_000);
        assertThat(records(log)).isLessThan(120);
        engine.compactWith(rarely);
    }

    private static PartitionConfig held(long from, long to) {
        return COMPACTED.with(RetentionLimits.KEEP.withHolds(List.of(new Hold("audit", from, to))));
    }

    @Test
    void leavesAloneWhatAHoldPins() {
        start(CompactionConfig.BY_HAND);
        PartitionLog log = open("compacted", held(50, 51));
        fill(log, 100);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.compactOnce()).isFalse();
        assertThat(read(log)).contains(Map.of("key 1", "value 50")).hasSizeLessThan(100);
        log.configure(COMPACTED);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(read(log)).doesNotContain(Map.of("key 1", "value 50"));
        assertThat(folded(log)).hasSize(7).containsEntry("key 1", "value 99");
    }

    @Test
    void givesWayToAHoldThatComesWhileItCopies() {
        start(CompactionConfig.BY_HAND);
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 100);
        failPoints.arm(Cleaner.BEFORE_REPLACE, () -> log.configure(held(0, 100)));
        engine.compactOnce();
        assertThat(records(log)).isEqualTo(100);
        assertThat(engine.uncleanable()).isEmpty();
    }

    @Test
    void goesByItselfAgainAndAgain() {
        start(new CompactionConfig(true, 2, 1 << 20, 0.9, 1 << 16, Double.MAX_VALUE, 15_000));
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 100);
        advanceUntil("less than 60 records", () -> records(log) < 60);
        fill(log, 100);
        advanceUntil("less than 60 records", () -> records(log) < 60);
    }

    @Test
    void isHeldToItsBytesPerSecond() {
        start(new CompactionConfig(true, 1, 1 << 20, 0.9, 500, 1000, 1));
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 100);
        long bytes = log.sizeInBytes();
        long begun = time.millis();
        advanceUntil("less than 60 records", () -> records(log) < 60);
        // Each byte is read for its key, and again for the copy.
        assertThat(time.millis() - begun).isGreaterThan(bytes);
    }

    @Test
    void stopsAtOnceWhenTheEngineCloses() {
        start(new CompactionConfig(true, 1, 1 << 20, 0.9, 500, 1, 1));
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 100);
        time.advance(100);
        long now = time.millis();
        engine.close();
        assertThat(time.millis()).isEqualTo(now);
    }

    @Test
    void producersAndConsumersGoOnMeanwhile() throws InterruptedException {
        time = VirtualTime.withThreads(1_000_000);
        start(CompactionConfig.BY_HAND);
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 200);
        AtomicBoolean wentOn = new AtomicBoolean();
        Thread[] client = new Thread[1];
        // In a cleaning, after its segments were read and before they are replaced.
        failPoints.arm(Cleaner.BEFORE_REPLACE, () -> {
            failPoints.disarm(Cleaner.BEFORE_REPLACE);
            client[0] = time.start("client", () -> {
                fill(log, 50);
                wentOn.set(records(log) == 250);
            });
            join(client[0]);
        });
        assertThat(engine.compactOnce()).isTrue();
        assertThat(wentOn).isTrue();
        assertThat(folded(log)).hasSize(7).containsEntry("key 0", "value 49");
    }

    private static void join(Thread thread) {
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nothingIsLostUnderLoad() throws InterruptedException {
        time = VirtualTime.withThreads(1_000_000);
        start(new CompactionConfig(true, 1, 1 << 20, 0.9, 700, Double.MAX_VALUE, 1));
        PartitionLog log = open("compacted", COMPACTED);
        Map<String, String> expected = new TreeMap<>();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicBoolean failed = new AtomicBoolean();
        Thread reader = time.start("reader", () -> {
            try {
                while (!stop.get()) {
                    long start = log.logStartOffset();
                    try {
                        records(log);
                    } catch (OffsetOutOfRangeException e) {
                        if (log.logStartOffset() == start) {
                            throw e; // only a trim may remove an offset that just existed
                        }
                    }
                }
            } catch (RuntimeException e) {
                failed.set(true);
                throw e;
            }
        });
        try {
            for (int i = 0; i < 3000; i++) {
                append(log, "key " + i % 11, "value " + i);
                expected.put("key " + i % 11, "value " + i);
                if (i % 10 == 0) {
                    time.advance(1);
                }
                if (i % 500 == 499) {
                    awaitVisible(log);
                    log.maintenance().trimTo(log.logStartOffset() + 20);
                }
            }
            awaitVisible(log);
            advanceUntil("less than 150 records", () -> records(log) < 150);
        } finally {
            stop.set(true);
            join(reader);
        }
        assertThat(failed).isFalse();
        assertThat(folded(log)).isEqualTo(expected);
        assertThat(log.logEndOffset()).isEqualTo(3000);
    }

    @Test
    void leavesADamagedPartitionAloneAndGoesOnWithTheOthers() {
        start(CompactionConfig.BY_HAND);
        PartitionLog damaged = open("damaged", COMPACTED);
        PartitionLog sound = open("sound", COMPACTED);
        fill(damaged, 200);
        fill(sound, 100);
        failPoints.arm(Cleaner.BEFORE_REPLACE, () -> {
            failPoints.disarm(Cleaner.BEFORE_REPLACE);
            throw new StorageException(StorageException.Kind.CORRUPT, "as if");
        });
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.uncleanable()).hasSize(1);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.compactOnce()).isFalse();
        PartitionLog left = engine.uncleanable().contains(damaged.id()) ? damaged : sound;
        PartitionLog done = left == damaged ? sound : damaged;
        assertThat(records(left)).isGreaterThanOrEqualTo(100);
        assertThat(records(done)).isLessThan(60);
        engine.delete(left.id());
        assertThat(engine.uncleanable()).isEmpty();
    }

    @Test
    void triesAgainLaterWhenTheDiskIsFull() {
        start(CompactionConfig.BY_HAND);
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 100);
        failPoints.arm(Cleaner.BEFORE_REPLACE, () -> {
            throw new StorageException(StorageException.Kind.FULL, "as if");
        });
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.compactOnce()).isFalse();
        failPoints.disarm(Cleaner.BEFORE_REPLACE);
        assertThat(engine.compactOnce()).isFalse();
        time.advance(60_000);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(records(log)).isLessThan(60);
    }

    @Test
    void aTopicDeletedUnderACleaningIsNoFailure() {
        start(CompactionConfig.BY_HAND);
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 100);
        failPoints.arm(Cleaner.BEFORE_REPLACE, () -> engine.delete(log.id()));
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.uncleanable()).isEmpty();
        assertThat(engine.compactOnce()).isFalse();
    }

    @Test
    void aTrimUnderACleaningIsNotLostAndTheNextCleaningGoesOn() {
        start(CompactionConfig.BY_HAND);
        PartitionLog log = open("compacted", COMPACTED);
        fill(log, 200);
        failPoints.arm(Cleaner.BEFORE_REPLACE, () -> {
            failPoints.disarm(Cleaner.BEFORE_REPLACE);
            log.maintenance().trimTo(150);
        });
        assertThat(engine.compactOnce()).isTrue();
        assertThat(log.logStartOffset()).isEqualTo(150);
        assertThat(engine.uncleanable()).isEmpty();
        fill(log, 200);
        time.advance(60_000);
        assertThat(engine.compactOnce()).isTrue();
        assertThat(log.logStartOffset()).isEqualTo(150);
        assertThat(folded(log)).hasSize(7).containsEntry("key 3", "value 199");
    }
}
