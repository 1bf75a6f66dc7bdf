// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Writes, reads, trims, closes and kills the engine on this backend: every batch that was acknowledged or
 * read must stay.
 */
class EngineOnFilesTest {
    private static final PartitionId ID = new PartitionId("stress", new UUID(5, 6), 0);
    private static final PartitionConfig CONFIG = new PartitionConfig(
            new SegmentLimits(4096, Long.MAX_VALUE, 256, 1 << 16),
            1 << 20,
            false,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            CompactionLimits.NONE);
    private static final int IN_FLIGHT = 5;
    private static final int ROUNDS = 12;
    /** More records than can be in flight: batches that a client may send again are not trimmed. */
    private static final int KEPT = 200;

    /** A batch as it was acknowledged or read; no other batch may ever be read at its offset. */
    private record Seen(long producer, int sequence, long next) {}

    private final FileRig rig = FileRig.temporary();
    private final Map<Long, Seen> observed = new ConcurrentHashMap<>();
    private LogEngine engine;
    private PartitionLog log;

    @AfterEach
    void close() {
        rig.close();
    }

    private void start() {
        engine = LogEngine.open(
                new StorageProvider() {
                    @Override
                    public String name() {
                        return "file";
                    }

                    @Override
                    public Storage open(StorageContext context) {
                        return rig.storage();
                    }
                },
                rig.context(),
                EngineConfig.DEFAULT);
        log = engine.open(ID, 0, CONFIG);
    }

    /** Sends batches, up to five in flight, and sends them again, in order, after a failure. */
    private final class Producer {
        private record Sent(int sequence, int records) {}

        final long id;
        final Random random;
        final ArrayDeque<Sent> unanswered = new ArrayDeque<>();
        volatile boolean refused;
        int next;

        Producer(long id, long seed) {
            this.id = id;
            this.random = new Random(seed + id);
        }

        void run(int batches) throws InterruptedException {
            Semaphore permits = new Semaphore(IN_FLIGHT);
            List<Sent> again = List.copyOf(unanswered);
            refused = false;
            try {
                for (Sent sent : again) {
                    send(sent, permits);
                }
                for (int i = 0; i < batches; i++) {
                    Sent sent = new Sent(next, 1 + random.nextInt(4));
                    next += sent.records;
                    synchronized (unanswered) {
                        unanswered.add(sent);
                    }
                    send(sent, permits);
                }
                assertThat(permits.tryAcquire(IN_FLIGHT, Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } catch (StorageException e) {
                assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED);
            }
        }

        private void send(Sent sent, Semaphore permits) throws InterruptedException {
            assertThat(permits.tryAcquire(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            if (refused) { // a refused batch stays in flight until it is sent again
                throw new StorageException(StorageException.Kind.CLOSED, "an earlier batch was refused");
            }
            RecordBatchBuilder batch = new RecordBatchBuilder(Codec.NONE).producer(id, (short) 0, sent.sequence);
            for (int i = 0; i < sent.records; i++) {
                batch.append(1_000 + sent.sequence, null, ByteBuffer.allocate(50), List.of());
            }
            var appended = log.appender().append(batch.build(), AppendOrigin.CLIENT);
            assertThat(appended.nextOffset() - appended.baseOffset()).isEqualTo(sent.records);
            log.awaitHighWatermark(appended.nextOffset(), failure -> {
                if (failure == null) {
                    observed.put(appended.baseOffset(), new Seen(id, sent.sequence, appended.nextOffset()));
                    synchronized (unanswered) {
                        unanswered.remove(sent);
                    }
                } else {
                    refused = true;
                }
                permits.release();
            });
        }
    }

    /** Reads committed batches until the log closes or the test stops it, and trims now and then. */
    private void consume(Random random, Semaphore stop) {
        try {
            long offset = log.logStartOffset();
            while (!stop.tryAcquire()) {
                long start = log.logStartOffset();
                if (offset < start) {
                    offset = start;
                }
                offset = readOn(offset, random.nextInt(3000));
                if (random.nextInt(50) == 0 && log.highWatermark() - KEPT > log.logStartOffset()) {
                    log.maintenance().trimTo(log.highWatermark() - KEPT);
                }
            }
        } catch (StorageException e) {
            assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED);
        }
    }

    private long readOn(long from, int maxBytes) {
        ReadResult read = log.reader().read(from, maxBytes, Isolation.READ_UNCOMMITTED);
        try (var slice = read.slice()) {
            ByteBuffer bytes = slice.buffer();
            long next = from;
            for (int at = 0; at < bytes.limit(); ) {
                int size = BatchValidator.validate(bytes, at, bytes.limit());
                long base = BatchHeader.baseOffset(bytes, at);
                assertThat(next == from ? base <= next : base == next).isTrue();
                next = BatchHeader.nextOffset(bytes, at);
                assertThat(next).isLessThanOrEqualTo(read.highWatermark());
                Seen now = new Seen(BatchHeader.producerId(bytes, at), BatchHeader.baseSequence(bytes, at), next);
                Seen before = observed.putIfAbsent(base, now);
                assertThat(before == null ? now : before).isEqualTo(now);
                at += size;
            }
            return next;
        }
    }

    /**
     * Verifies that each observed batch can be read unchanged, and that each producer's sequences have no
     * gap.
     */
    private void verify() {
        assertThat(log.highWatermark()).isLessThanOrEqualTo(log.extent().durableEnd());
        observed.forEach((base, seen) -> assertThat(seen.next).isLessThanOrEqualTo(log.logEndOffset()));
        Map<Long, Integer> expected = new HashMap<>();
        long offset = log.logStartOffset();
        while (offset < log.highWatermark()) {
            long next = readOn(offset, 1 << 20);
            assertThat(next).isGreaterThan(offset);
            offset = next;
        }
        observed.entrySet().removeIf(entry -> entry.getKey() < log.logStartOffset());
        observed.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            Seen seen = entry.getValue();
            Integer due = expected.put(seen.producer, seen.sequence + (int) (seen.next - entry.getKey()));
            assertThat(seen.sequence).isEqualTo(due == null ? seen.sequence : due);
        });
    }

    @Test
    void servesTheSoundBatchesOfADamagedPartition() throws Exception {
        start();
        Producer producer = new Producer(1, 1);
        producer.run(100);
        long end = log.logEndOffset();
        engine.close();
        rig.forget();
        Path directory = rig.directory.resolve(ID.toString());
        Files.delete(rig.directory.resolve(FileNames.CLEAN_SHUTDOWN));
        Files.delete(directory.resolve(FileNames.name(end, ".snapshot")));
        FileTestBase.flipBit(directory.resolve(FileNames.name(0, FileNames.LOG)), 16); // the first batch's magic
        start();
        assertThat(log.logEndOffset()).isEqualTo(end);
        long second = log.segments().get(1).baseOffset();
        assertThat(readOn(second, 1)).isGreaterThan(second);
        producer.run(1);
        assertThat(producer.unanswered).isEmpty();
        engine.close();
    }

    @Test
    void keepsWhatItAcknowledgedThroughRestartsUnderLoad() throws Exception {
        long seed = 20_240_817;
        Random random = new Random(seed);
        List<Producer> producers = List.of(new Producer(1, seed), new Producer(2, seed), new Producer(3, seed));
        for (int round = 0; round < ROUNDS; round++) {
            start();
            long before = log.logEndOffset();
            Semaphore stop = new Semaphore(0);
            List<Throwable> failures = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (Producer producer : producers) {
                threads.add(thread(failures, () -> producer.run(400)));
            }
            Random reading = new Random(seed + round);
            threads.add(thread(failures, () -> consume(reading, stop)));
            long enough = before + random.nextInt(1500);
            boolean underLoad = random.nextInt(4) > 0;
            while (underLoad && log.highWatermark() < enough && threads.get(0).isAlive()) {
                Thread.onSpinWait();
            }
            for (int i = 0; !underLoad && i < producers.size(); i++) {
                threads.get(i).join();
            }
            stop.release(underLoad ? 0 : 1);
            end(random.nextInt(3), threads);
            assertThat(failures).as("seed %d, round %d", seed, round).isEmpty();
            start();
            verify();
            engine.close();
            rig.forget();
        }
    }

    /**
     * Ends the engine: by a close, by kill -9, or by a power cut that drops all bytes that were not synced.
     */
    private void end(int how, List<Thread> threads) throws InterruptedException {
        FileStorage storage = (FileStorage) rig.storage();
        if (how > 0) {
            storage.abandon();
        }
        engine.close();
        for (Thread thread : threads) {
            thread.join();
        }
        if (how == 2) {
            rig.kill();
        }
        rig.forget();
    }

    private interface Work {
        void run() throws InterruptedException, IOException;
    }

    private static Thread thread(List<Throwable> failures, Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                synchronized (failures) {
                    failures.add(e);
                }
            }
        });
        thread.start();
        return thread;
    }
}
