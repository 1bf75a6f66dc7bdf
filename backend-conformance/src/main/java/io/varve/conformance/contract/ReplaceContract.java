// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Replaces sealed segments by compacted batches, while appends, trims, truncations and deletions go on. */
public abstract class ReplaceContract extends Contract {
    private static final long OVERTAKING_MS = 500;
    /** Long enough for a few appends and a sync on any machine. */
    private static final long WAITED_MS = 30_000;

    protected ReplaceContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private static BatchSource of(Long... bases) {
        Iterator<BatchRun> runs =
                Arrays.stream(bases).map(base -> Batches.run(ten(base))).iterator();
        return () -> runs.hasNext() ? runs.next() : null;
    }

    private List<Segment> sealed(int from, int to) {
        return store.segments().subList(from, to);
    }

    @Test
    void putsBatchesInPlaceOfSegments() {
        appendTens(17);
        store.replace(sealed(0, 2), of(20L, 60L, 70L));
        assertThat(store.extent().start()).isZero();
        assertThat(store.extent().readableEnd()).isEqualTo(170);
        assertThat(readAll(store, 0)).containsExactly(20L, 60L, 70L, 100L, 110L, 120L, 130L, 140L, 150L, 160L);
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 100L, 150L);
        assertThat(TimelessSegments.timeless(store.segments()).get(0)).isEqualTo(segment(0, 100, 3, EPOCH + 79, true));
        assertThat(read(store, 21, TO_END, 0)).containsExactly(20L);
        assertThat(read(store, 30, TO_END, 0)).containsExactly(60L);
        assertThat(read(store, 80, TO_END, 0)).containsExactly(100L);
        assertThat(store.offsetAt(EPOCH).baseOffset()).isEqualTo(20);
    }

    @Test
    void whatTakesTheirPlaceWasAppendedWhenTheLatestOfThemWas() {
        appendTens(17);
        List<Segment> old = List.copyOf(sealed(0, 2));
        long latest = Segment.lastAppendMs(old);
        store.replace(old, of(20L, 60L));
        assertThat(store.segments().get(0).lastAppendMs()).isEqualTo(latest);
        reopen();
        assertThat(store.segments().get(0).lastAppendMs()).isEqualTo(latest);
    }

    @Test
    void isDurableOnReturn() {
        appendTens(17);
        store.replace(sealed(1, 2), of(50L, 90L));
        crash();
        assertThat(readAll(store, 0)).startsWith(0L, 10L, 20L, 30L, 40L, 50L, 90L);
        reopen();
        assertThat(readAll(store, 0)).startsWith(0L, 10L, 20L, 30L, 40L, 50L, 90L);
    }

    @Test
    void theDurableEndSurvivesACrashWhereNoBatchIsLeftBelowIt() {
        appendTens(7);
        store.replace(sealed(0, 1), of(0L));
        long durable = store.extent().durableEnd();
        crash();
        assertThat(store.extent().readableEnd()).isBetween(durable, 70L);
        assertThat(store.extent().durableEnd()).isGreaterThanOrEqualTo(durable);
    }

    @Test
    void mayLeaveNothing() {
        appendTens(17);
        store.replace(sealed(1, 3), of());
        assertThat(readAll(store, 0)).containsExactly(0L, 10L, 20L, 30L, 40L, 150L, 160L);
        assertThat(read(store, 77, TO_END, 0)).containsExactly(150L);
        sync();
        crash();
        assertThat(readAll(store, 0)).containsExactly(0L, 10L, 20L, 30L, 40L, 150L, 160L);
        store.trimTo(70);
        store.truncateTo(155);
        assertThat(store.extent().readableEnd()).isLessThanOrEqualTo(150);
    }

    @Test
    void canBeRepeated() {
        appendTens(17);
        store.replace(sealed(0, 1), of(0L, 30L));
        store.replace(sealed(0, 2), of(30L, 80L));
        store.replace(sealed(0, 1), of(80L));
        assertThat(readAll(store, 0)).startsWith(80L, 100L);
    }

    @Test
    void slicesHandedOutKeepTheirBytes() {
        appendTens(17);
        BatchSlice slice = store.read(0, TO_END, 3 * SIZE);
        store.replace(sealed(0, 3), of(140L));
        assertThat(bases(slice)).containsExactly(0L, 10L, 20L);
        slice.close();
        assertThat(readAll(store, 0)).containsExactly(140L, 150L, 160L);
    }

    @Test
    void refusesWhatIsNotARunOfPresentSealedSegments() {
        appendTens(17);
        List<Segment> segments = store.segments();
        assertFails(Kind.MISUSE, () -> store.replace(List.of(), of()));
        assertFails(Kind.MISUSE, () -> store.replace(segments.subList(3, 4), of(150L)));
        assertFails(Kind.MISUSE, () -> store.replace(List.of(segments.get(0), segments.get(2)), of(0L)));
        assertFails(Kind.MISUSE, () -> store.replace(segments.subList(0, 1), of(50L)));
        store.replace(segments.subList(0, 1), of(0L));
        assertFails(Kind.MISUSE, () -> store.replace(segments.subList(0, 1), of(0L)));
        assertThat(readAll(store, 0))
                .containsExactly(0L, 50L, 60L, 70L, 80L, 90L, 100L, 110L, 120L, 130L, 140L, 150L, 160L);
    }

    /**
     * The writer is fenced while it still gives its batches, and another puts its own in place of the same
     * segments.
     */
    @Test
    void oneThatIsOvertakenByAHigherEpochHarmsNobody() throws InterruptedException {
        appendTens(17);
        sync();
        PartitionStore overtaken = store;
        Thread successor = new Thread(() -> {
            store = storage().open(ID, 2, SMALL);
            store.replace(sealed(0, 1), of(40L));
        });
        AtomicReference<Throwable> failure = new AtomicReference<>();
        successor.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
        Iterator<Long> bases = List.of(0L, 10L).iterator();
        BatchSource overtakenBetween = () -> {
            if (successor.getState() == Thread.State.NEW) {
                successor.start();
                awaitUnlessBlocked(successor);
            }
            return bases.hasNext() ? Batches.run(ten(bases.next())) : null;
        };
        try {
            overtaken.replace(overtaken.segments().subList(0, 1), overtakenBetween);
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.FENCED);
        }
        successor.join();
        assertThat(failure.get()).isNull();
        assertThat(readAll(store, 0)).isEqualTo(tens(40, 170));
        reopen();
        assertThat(readAll(store, 0)).isEqualTo(tens(40, 170));
    }

    /** A backend may let a writer in only after the one before. */
    private static void awaitUnlessBlocked(Thread successor) {
        try {
            successor.join(OVERTAKING_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A source may take a lock with its last answer, which its caller releases: that needs one thread, and
     * one end.
     */
    @Test
    void asksItsSourceOnTheCallersThreadUntilThereIsNoMore() {
        appendTens(17);
        BatchSource batches = of(20L, 90L);
        List<Thread> askers = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger ends = new AtomicInteger();
        store.replace(sealed(0, 2), () -> {
            askers.add(Thread.currentThread());
            BatchRun next = batches.next();
            ends.addAndGet(next == null ? 1 : 0);
            return next;
        });
        assertThat(askers).as("threads that asked the source").containsOnly(Thread.currentThread());
        assertThat(ends).as("how often the source was asked at its end").hasValue(1);
    }

    @Test
    void aSourceThatFailsChangesNothing() {
        appendTens(17);
        Iterator<BatchRun> one = List.of(Batches.run(ten(0))).iterator();
        BatchSource failing = () -> {
            if (one.hasNext()) {
                return one.next();
            }
            throw new IllegalStateException("the source fails");
        };
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> store.replace(sealed(0, 2), failing))
                .isInstanceOf(IllegalStateException.class);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
    }

    /**
     * Gives batches, and before the last of them runs another operation, which must not have to wait for the
     * replacement.
     */
    private BatchSource meanwhile(Runnable other, Long... bases) {
        BatchSource batches = of(bases);
        AtomicReference<Thread> started = new AtomicReference<>();
        return () -> {
            BatchRun next = batches.next();
            if (next == null && started.get() == null) {
                started.set(goOn(other));
            }
            return next;
        };
    }

    private static Thread goOn(Runnable other) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(other, "meanwhile");
        thread.setUncaughtExceptionHandler((unused, thrown) -> failure.set(thrown));
        thread.start();
        try {
            thread.join(WAITED_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(thread.isAlive()).as("waits for the replacement").isFalse();
        assertThat(failure.get()).isNull();
        return thread;
    }

    @Test
    void appendsSyncsAndReadsGoOnMeanwhile() {
        appendTens(17);
        sync();
        store.replace(
                sealed(0, 2),
                meanwhile(
                        () -> {
                            appendTens(7);
                            sync();
                            store.snapshots().write("some", 10, java.nio.ByteBuffer.allocate(3));
                            assertThat(readAll(store, 0)).isEqualTo(tens(0, 240));
                            assertThat(store.extent().durableEnd()).isEqualTo(240);
                        },
                        30L,
                        60L));
        List<Long> left = new ArrayList<>(List.of(30L, 60L));
        left.addAll(tens(100, 240));
        assertThat(readAll(store, 0)).isEqualTo(left);
        appendTens(1);
        left.add(240L);
        sync();
        crash();
        assertThat(readAll(store, 0)).isEqualTo(left);
        assertThat(store.snapshots().offsets("some")).containsExactly(10L);
    }

    @Test
    void whatIsAppendedMeanwhileIsDurableNoSoonerThanItsSync() {
        appendTens(17);
        sync();
        store.replace(sealed(0, 1), meanwhile(() -> appendUnsynced(170, 8), 20L));
        sync();
        crash();
        assertThat(readAll(store, 0)).startsWith(20L, 50L).endsWith(230L, 240L);
    }

    @Test
    void aTrimMeanwhileThatMovesTheStartWithinHolds() {
        appendTens(17);
        sync();
        store.replace(sealed(0, 2), meanwhile(() -> store.trimTo(45), 10L, 60L));
        assertThat(store.extent().start()).isEqualTo(45);
        assertThat(readAll(store, 45)).startsWith(60L, 100L);
        sync();
        crash();
        assertThat(store.extent().start()).isEqualTo(45);
        assertThat(readAll(store, 45)).startsWith(60L, 100L);
    }

    @Test
    void aTrimMeanwhileThatTakesASegmentAwayPrevails() {
        appendTens(17);
        sync();
        List<Segment> old = sealed(0, 3);
        assertFails(Kind.RETRY, () -> store.replace(old, meanwhile(() -> store.trimTo(70), 10L, 60L, 130L)));
        assertThat(store.extent().start()).isEqualTo(70);
        assertThat(readAll(store, 70)).isEqualTo(tens(70, 170));
        sync();
        crash();
        assertThat(store.extent().start()).isEqualTo(70);
        assertThat(readAll(store, 70)).isEqualTo(tens(70, 170));
        store.replace(sealed(0, 1), of(90L));
        assertThat(readAll(store, 70)).startsWith(90L, 100L);
    }

    @Test
    void aTrimMeanwhileThatTakesEverythingAwayPrevails() {
        appendTens(17);
        sync();
        List<Segment> old = sealed(0, 3);
        assertFails(Kind.RETRY, () -> store.replace(old, meanwhile(() -> store.trimTo(170), 10L)));
        assertThat(readAll(store, 170)).isEmpty();
        appendTens(2);
        sync();
        crash();
        assertThat(readAll(store, 170)).isEqualTo(tens(170, 190));
    }

    /** Equal in bounds and bytes as they are, the segments are not those that were compacted. */
    @Test
    void aTruncationMeanwhilePrevailsAlsoWhenAsMuchWasAppendedAfterIt() {
        appendTens(17);
        sync();
        List<Segment> old = sealed(0, 3);
        assertFails(
                Kind.RETRY,
                () -> store.replace(
                        old,
                        meanwhile(
                                () -> {
                                    store.truncateTo(120);
                                    appendTens(5);
                                },
                                10L)));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
    }

    @Test
    void aDeletionMeanwhilePrevails() {
        appendTens(17);
        List<Segment> old = sealed(0, 2);
        assertFails(
                Kind.CLOSED, () -> store.replace(old, meanwhile(() -> storage().delete(ID), 10L)));
        assertThat(storage().partitions()).isEmpty();
        store = storage().open(ID, 2, SMALL);
        assertExtent(store, 0, 0, 0);
    }
}
