// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that an interrupted thread harms no other, loses nothing, and is still interrupted afterwards. */
@Timeout(60)
public abstract class InterruptContract extends Contract {
    private static final int STEPS = 300;

    private final Loops loops = new Loops();

    protected InterruptContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    /** Else the next check would begin with it. */
    @AfterEach
    final void endInterrupt() {
        Thread.interrupted();
        loops.close();
    }

    private void readOne(AtomicLong reads) {
        long end = store.extent().readableEnd();
        long base = (reads.incrementAndGet() * 70) % end / 10 * 10;
        try (BatchSlice slice = store.read(base, base + 10, SIZE)) {
            assertThat(slice.buffer()).isEqualTo(ten(base));
        }
        store.offsetAt(EPOCH + base);
        store.segments();
    }

    @Test
    void aReaderInterruptedAllTheTimeHarmsNobody() throws InterruptedException {
        appendTens(12);
        sync();
        AtomicLong interrupted = new AtomicLong();
        AtomicLong others = new AtomicLong();
        Thread victim = loops.start(() -> {
            try {
                readOne(interrupted);
            } catch (StorageException e) {
                assertThat(e.kind())
                        .as(e.getMessage())
                        .isEqualTo(StorageException.Kind.RETRY); // it was interrupted, after all
            }
        });
        loops.start(() -> readOne(others));
        int steps = 0;
        // On a busy machine the others may not have had a turn after so many steps.
        while ((steps < STEPS || interrupted.get() == 0 || others.get() == 0) && !loops.hasFailed()) {
            victim.interrupt();
            appendUnsynced(120 + 10L * steps, 1);
            victim.interrupt();
            sync();
            steps++;
        }
        loops.end();
        long end = 120 + 10L * steps;
        assertExtent(store, 0, end, end);
        crash();
        assertHoldsTens(store, 0, end);
    }

    /** What it was about may fail; it can be done again then. */
    private void interrupted(Runnable operation) {
        Thread.currentThread().interrupt();
        boolean done;
        try {
            operation.run();
            done = true;
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isIn(StorageException.Kind.RETRY, StorageException.Kind.FULL);
            done = false;
        }
        assertThat(Thread.interrupted()).as("the thread is still interrupted").isTrue();
        if (!done) {
            operation.run();
        }
    }

    @Test
    void anInterruptedWriterLosesNothing() {
        for (int i = 0; i < 12; i++) {
            long base = 10L * i;
            interrupted(() -> store.append(Batches.run(ten(base))));
        }
        interrupted(this::sync);
        assertExtent(store, 0, 120, 120);
        interrupted(() -> store.snapshots().write("state", 100, ByteBuffer.wrap(new byte[] {1, 2, 3})));
        interrupted(() -> assertThat(store.snapshots().newest("state", 120)).isPresent());
        interrupted(() -> store.truncateTo(110));
        interrupted(() -> store.trimTo(20));
        interrupted(this::sync);
        crash();
        assertExtent(store, 20, 110, 110);
        assertHoldsTens(store, 20, 110);
        interrupted(() -> assertThat(read(store, 50, TO_END, 0)).containsExactly(50L));
        appendTens(1);
        sync();
    }

    @Test
    void anInterruptedReplacementIsWholeOrNotThere() {
        appendTens(12);
        sync();
        List<Segment> sealed = store.segments().subList(0, 2);
        interrupted(() -> {
            AtomicBoolean given = new AtomicBoolean();
            store.replace(sealed, () -> given.getAndSet(true) ? null : Batches.run(ten(90)));
        });
        assertThat(readAll(store, 0)).containsExactly(90L, 100L, 110L);
        crash();
        assertThat(readAll(store, 0)).containsExactly(90L, 100L, 110L);
    }

    @Test
    void aSliceOutlivesTheInterruptsOfOthers() throws InterruptedException {
        appendTens(12);
        sync();
        try (BatchSlice held = store.read(30, 40, SIZE);
                BatchSlice truncated = store.read(100, 110, SIZE)) {
            store.trimTo(60);
            store.truncateTo(110);
            loops.startOnce(() -> {
                Thread.currentThread().interrupt();
                for (BatchSlice slice : Set.of(held, truncated)) {
                    try {
                        slice.buffer();
                    } catch (StorageException e) {
                        assertThat(e.kind()).as(e.getMessage()).isEqualTo(StorageException.Kind.RETRY);
                    }
                }
            });
            loops.end();
            assertThat(BatchHeader.baseOffset(held.buffer(), 0)).isEqualTo(30);
            assertThat(held.buffer()).isEqualTo(ten(30));
            assertThat(truncated.buffer()).isEqualTo(ten(100));
        }
    }
}
