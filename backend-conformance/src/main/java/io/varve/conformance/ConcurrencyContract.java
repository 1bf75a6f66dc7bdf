// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers go on, and see nothing wrong, whatever the writer does. */
@Timeout(120)
abstract class ConcurrencyContract extends Contract {
    private static final int READERS = 3;
    private static final int STEPS = 400;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    ConcurrencyContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private void start(Runnable loop) {
        Thread thread = new Thread(() -> {
            try {
                while (!stop.get()) {
                    loop.run();
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
        thread.start();
        threads.add(thread);
    }

    private void startReaders() {
        for (int i = 0; i < READERS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            start(() -> readSomewhere(random));
        }
    }

    /** A read may come too late for what it asks, but what it returns is sound, whole and where it was asked for. */
    private void readSomewhere(SplittableRandom random) {
        PartitionStore target = store;
        try {
            Extent extent = target.extent();
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

    private void finish() throws InterruptedException {
        long enough = reads.get() + 50;
        while (reads.get() < enough && failure.get() == null && store.extent() != null) {
            Thread.onSpinWait();
        }
        stopAll();
    }

    private void stopAll() throws InterruptedException {
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void readersDuringAppendsAndSyncs() throws InterruptedException {
        startReaders();
        start(this::sync);
        appendTens(STEPS);
        finish();
        sync();
        assertExtent(store, 0, STEPS * 10L, STEPS * 10L);
    }

    @Test
    void readersDuringTrims() throws InterruptedException {
        startReaders();
        for (int i = 0; i < STEPS; i++) {
            appendTens(1);
            store.trimTo(store.extent().readableEnd() - 60);
            if (i % 100 == 99) {
                store.trimTo(store.extent().readableEnd());
            }
        }
        finish();
    }

    @Test
    void readersAndSyncsDuringTruncations() throws InterruptedException {
        startReaders();
        start(this::sync);
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < STEPS / 4; i++) {
            appendTens(7);
            store.truncateTo(Math.max(0, store.extent().readableEnd() - random.nextLong(100)));
        }
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
        for (int i = 0; i < STEPS / 10; i++) {
            appendTens(10);
            List<Segment> sealed = store.segments().subList(0, store.segments().size() - 1);
            long base = sealed.get(sealed.size() - 1).endOffset() - 10;
            AtomicBoolean given = new AtomicBoolean();
            store.replace(sealed, () -> given.getAndSet(true) ? null : Batches.run(ten(base)));
        }
        finish();
    }

    @Test
    void readersDuringADelete() throws InterruptedException {
        appendTens(50);
        startReaders();
        while (reads.get() < 50 && failure.get() == null) {
            Thread.onSpinWait();
        }
        storage().delete(ID);
        stopAll();
    }

    @Test
    void syncsOfOnePartitionFromSeveralThreads() throws InterruptedException {
        for (int i = 0; i < READERS; i++) {
            start(this::sync);
        }
        appendTens(STEPS);
        stopAll();
        sync();
        crash();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, STEPS * 10L));
    }
}
