// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that readers go on, and see nothing wrong, whatever the writer does. */
@Timeout(120)
public abstract class ConcurrencyContract extends Contract {
    private static final int READERS = 3;
    /** Of a build's scale. */
    private static final int STEPS = 400;

    private static final int MIN_STEPS = 100;
    /** How often a writer waits for the readers. */
    private static final int MEETINGS = 20;

    /** Between two turns of a reader: six threads that never rest leave the writer a third of a processor. */
    private static final long PAUSE_NANOS = 20_000;

    private final int steps;
    private final Loops loops = new Loops();
    private final AtomicLong reads = new AtomicLong();
    private final List<AtomicInteger> meetings = new ArrayList<>();
    /** Which meeting is due; the writer counts it up. */
    private volatile int meeting;

    private final List<KeptSlices> kept = new ArrayList<>();

    /** @param scale a build's means 400 steps of a writer, and more operations more of them */
    protected ConcurrencyContract(Supplier<StorageRig> rigs, RunScale scale) {
        super(rigs);
        steps = Math.max(MIN_STEPS, (int) ((long) STEPS * scale.operations() / RunScale.BUILD.operations()));
    }

    @AfterEach
    final void endLoops() {
        loops.close();
    }

    private void start(Runnable loop) {
        AtomicInteger met = new AtomicInteger();
        meetings.add(met);
        loops.start(() -> {
            int before = meeting;
            loop.run();
            met.set(before);
            LockSupport.parkNanos(PAUSE_NANOS);
        });
    }

    private void startReaders() {
        for (int i = 0; i < READERS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            start(() -> readSomewhere(random));
        }
    }

    /** Readers that hold slices for a while. */
    private void startKeepers(long seed) {
        for (int i = 0; i < 2; i++) {
            KeptSlices own = new KeptSlices();
            kept.add(own);
            SplittableRandom random = new SplittableRandom(seed + i);
            start(() -> readAndLookLater(random, own));
        }
    }

    /**
     * A read may come too late for what it asks, but what it returns is sound, whole and where it was asked
     * for.
     */
    private void readSomewhere(SplittableRandom random) {
        PartitionStore target = store;
        try {
            Extent extent = target.extent();
            assertThat(extent.start()).isBetween(0L, extent.readableEnd());
            assertThat(extent.durableEnd()).isLessThanOrEqualTo(extent.readableEnd());
            long offset = random.nextLong(extent.start(), extent.readableEnd() + 1);
            try (BatchSlice slice = target.read(offset, TO_END, random.nextInt(4 * SIZE))) {
                List<Long> bases = bases(slice);
                ByteBuffer bytes = slice.buffer();
                if (!bases.isEmpty()) {
                    assertThat(BatchHeader.nextOffset(bytes, 0)).isGreaterThan(offset);
                    assertThat(bytes.slice(0, SIZE)).isEqualTo(ten(bases.get(0)));
                }
            }
            target.offsetAt(EPOCH + offset);
            target.segments();
            reads.incrementAndGet();
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isIn(Kind.MISUSE, Kind.CLOSED);
        }
    }

    /**
     * Runs the writer's steps, and every now and then lets every other thread have at least one go: on a busy
     * machine a writer may else be through before the first reader has begun.
     */
    private void whileReading(int number, IntConsumer step) throws InterruptedException {
        for (int i = 0; i < number && !loops.hasFailed(); i++) {
            step.accept(i);
            if (i % Math.max(1, number / MEETINGS) == 0) {
                meet();
            }
        }
    }

    private void meet() throws InterruptedException {
        int now = ++meeting;
        for (AtomicInteger met : meetings) {
            loops.await("another thread's turn after " + reads + " reads", () -> met.get() >= now);
        }
    }

    private void finish() throws InterruptedException {
        long enough = reads.get() + 50;
        loops.await("reads after the writer's last step", () -> reads.get() >= enough || store.extent() == null);
        stopAll();
    }

    private void stopAll() throws InterruptedException {
        loops.end();
        kept.forEach(KeptSlices::lookAtAll);
    }

    @Test
    void readersDuringAppendsAndSyncs() throws InterruptedException {
        startReaders();
        start(this::sync);
        whileReading(steps, i -> appendUnsynced(10L * i, 1));
        finish();
        sync();
        assertExtent(store, 0, steps * 10L, steps * 10L);
    }

    @Test
    void readersDuringTrims() throws InterruptedException {
        startReaders();
        startKeepers(7);
        whileReading(steps, i -> {
            appendTens(1);
            store.trimTo(store.extent().readableEnd() - 60);
            if (i % 100 == 99) {
                store.trimTo(store.extent().readableEnd());
            }
        });
        finish();
    }

    @Test
    void readersAndSyncsDuringTruncations() throws InterruptedException {
        startReaders();
        start(this::sync);
        SplittableRandom random = new SplittableRandom(42);
        whileReading(steps / 4, i -> {
            appendTens(7);
            store.truncateTo(Math.max(0, store.extent().readableEnd() - random.nextLong(100)));
        });
        finish();
        sync();
        long end = store.extent().readableEnd();
        crash();
        assertExtent(store, 0, end, end);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, end));
    }

    @Test
    void readersDuringReplacements() throws InterruptedException {
        startReaders();
        startKeepers(7);
        whileReading(steps / 10, i -> {
            appendTens(10);
            compact();
        });
        finish();
    }

    @Test
    void readersDuringADelete() throws InterruptedException {
        appendTens(50);
        startReaders();
        loops.await("50 reads", () -> reads.get() >= 50);
        storage().delete(ID);
        stopAll();
    }

    @Test
    void syncsOfOnePartitionFromSeveralThreads() throws InterruptedException {
        for (int i = 0; i < READERS; i++) {
            start(this::sync);
        }
        appendTens(steps);
        stopAll();
        sync();
        crash();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, steps * 10L));
    }

    /** Slices are kept a while, and are then what they were, whatever the writer did meanwhile. */
    private void readAndLookLater(SplittableRandom random, KeptSlices kept) {
        PartitionStore target = store;
        try {
            Extent extent = target.extent();
            long offset = random.nextLong(extent.start(), extent.readableEnd() + 1);
            BatchSlice slice = target.read(offset, TO_END, random.nextInt(12 * SIZE));
            kept.add(slice);
            reads.incrementAndGet();
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isIn(Kind.MISUSE, Kind.CLOSED);
        }
        kept.lookAtOldest();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void readersWhileTheWriterDoesAnything(long seed) throws InterruptedException {
        startReaders();
        startKeepers(seed * 100);
        start(this::sync);
        SplittableRandom random = new SplittableRandom(seed);
        whileReading(steps, i -> doAnything(random));
        finish();
        sync();
        Extent extent = store.extent();
        List<Long> before = readAll(store, extent.start());
        crash();
        assertThat(store.extent()).isEqualTo(new Extent(extent.start(), extent.readableEnd(), extent.readableEnd()));
        assertThat(readAll(store, extent.start())).isEqualTo(before);
    }

    private void doAnything(SplittableRandom random) {
        Extent extent = store.extent();
        long end = extent.readableEnd();
        switch (random.nextInt(10)) {
            case 0 -> store.trimTo(Math.max(extent.start(), end - 100) / 10 * 10);
            case 1 -> store.truncateTo(Math.max(extent.start(), end - random.nextLong(60) / 10 * 10));
            case 2 -> compact();
            case 3 -> store.trimTo(random.nextInt(8) == 0 ? end : extent.start());
            default -> appendTens(1 + random.nextInt(5));
        }
    }

    /** Leaves the last batch of the sealed segments. */
    private void compact() {
        List<Segment> all = store.segments();
        if (all.size() > 1) {
            long base = all.get(all.size() - 2).endOffset() - 10;
            AtomicBoolean given = new AtomicBoolean();
            store.replace(all.subList(0, all.size() - 1), () -> given.getAndSet(true) ? null : Batches.run(ten(base)));
        }
    }

    /**
     * The writer may take away what is being replaced: then nothing of it comes back, and else nothing is
     * lost.
     */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void replacementsWhileTheWriterAppendsAndTrims(long seed) throws InterruptedException {
        appendTens(20);
        startReaders();
        startKeepers(seed * 100);
        start(this::sync);
        start(() -> {
            try {
                compact();
            } catch (StorageException e) {
                // MISUSE: trimmed after it had asked which segments there are, and before it began.
                assertThat(e.kind()).as(e.getMessage()).isIn(Kind.RETRY, Kind.MISUSE);
            }
        });
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> starts = new ArrayList<>();
        whileReading(steps, i -> {
            appendTens(1 + random.nextInt(5));
            Extent extent = store.extent();
            if (random.nextInt(4) == 0) {
                store.trimTo(Math.max(extent.start(), extent.readableEnd() - 10L * random.nextInt(30)));
                starts.add(store.extent().start());
            }
        });
        finish();
        sync();
        Extent extent = store.extent();
        assertThat(starts).isSorted();
        assertThat(extent.start()).isEqualTo(starts.get(starts.size() - 1));
        List<Long> before = readAll(store, extent.start());
        long active = store.segments().get(store.segments().size() - 1).baseOffset();
        assertThat(before).containsAll(tens(Math.max(active, extent.start()), extent.readableEnd()));
        crash();
        assertThat(store.extent()).isEqualTo(extent);
        assertThat(readAll(store, extent.start())).isEqualTo(before);
    }

    @Test
    void readersDuringDeletesAndNewBeginnings() throws InterruptedException {
        startReaders();
        start(() -> storage()
                .sync(List.of(store))
                .byPartition()
                .forEach(
                        (id, why) -> assertThat(why.kind()).as(why.getMessage()).isEqualTo(Kind.CLOSED)));
        whileReading(steps / 20, i -> {
            appendTens(12);
            storage().delete(ID);
            store = storage().open(ID, i, SMALL);
            assertExtent(store, 0, 0, 0);
        });
        appendTens(3);
        finish();
        sync();
        crash();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
    }

    @Test
    void nothingOfAFencedWriterComesThrough() throws InterruptedException {
        for (long epoch = 2; epoch < 2 + steps / 20; epoch++) {
            PartitionStore fenced = store;
            AtomicLong appended = new AtomicLong();
            AtomicBoolean overtaken = new AtomicBoolean();
            Thread writer = loops.startOnce(() -> appendUntilFenced(fenced, appended, overtaken));
            loops.await("three appends", () -> appended.get() >= 3);
            store = storage().open(ID, epoch, SMALL);
            overtaken.set(true);
            long end = store.extent().readableEnd();
            appendTens(2);
            writer.join();
            assertThat(loops.hasFailed()).isFalse();
            assertThat(store.extent().readableEnd()).isEqualTo(end + 20);
        }
        assertThat(readAll(store, 0)).isEqualTo(tens(0, store.extent().readableEnd()));
    }

    private void appendUntilFenced(PartitionStore fenced, AtomicLong appended, AtomicBoolean overtaken) {
        try {
            for (boolean last = false; !last; appended.incrementAndGet()) {
                last = overtaken.get();
                appendTen(fenced);
            }
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.FENCED);
            return;
        }
        throw new AssertionError("a fenced writer's append came through");
    }
}
