// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Tiering;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks that a segment ends when it is asked to, for good, and that nothing else changes. */
public abstract class SealContract extends Contract {
    protected SealContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    /** Seals, and syncs, after which every backend shows it. */
    private void sealAndSync() {
        store.seal();
        sync();
    }

    private List<Segment> segments() {
        return TimelessSegments.timeless(store.segments());
    }

    private List<Long> bases() {
        return store.segments().stream().map(Segment::baseOffset).toList();
    }

    @Test
    void endsTheActiveSegmentAndMovesNoEnd() {
        appendTens(2);
        sync();
        Extent before = store.extent();
        sealAndSync();
        assertThat(segments()).containsExactly(segment(0, 20, 2, EPOCH + 19, true), segment(20, 20, 0, -1, false));
        assertThat(store.segments().get(1).lastAppendMs()).isEqualTo(-1);
        assertThat(store.extent()).isEqualTo(before);
        assertHoldsTens(store, 0, 20);
        assertThat(readAll(store, 20)).isEmpty();
        assertThat(store.offsetAt(EPOCH + 19).baseOffset()).isEqualTo(10);
        assertThat(store.offsetAt(EPOCH + 20)).isNull();
    }

    @Test
    void theNextBatchBeginsASegment() {
        appendTens(2);
        sealAndSync();
        appendTens(1);
        assertThat(segments())
                .containsExactly(segment(0, 20, 2, EPOCH + 19, true), segment(20, 30, 1, EPOCH + 29, false));
        append(Batches.run(ten(45)));
        sealAndSync();
        append(Batches.run(ten(70)));
        assertThat(bases()).containsExactly(0L, 20L, 55L);
        assertThat(readAll(store, 0)).containsExactly(0L, 10L, 20L, 45L, 70L);
    }

    @Test
    void anEmptySegmentIsNotSealed() {
        store.seal();
        sync();
        assertThat(segments()).containsExactly(segment(0, 0, 0, -1, false));
        appendTens(2);
        sealAndSync();
        sealAndSync();
        assertThat(bases()).containsExactly(0L, 20L);
        reopen();
        sealAndSync();
        assertThat(bases()).containsExactly(0L, 20L);
        store.trimTo(20);
        sealAndSync();
        assertThat(bases()).containsExactly(20L);
    }

    @Test
    void whatIsNotReadableYetIsSealedToo() {
        appendUnsynced(0, 2);
        store.seal();
        appendUnsynced(20, 1);
        sync();
        assertThat(segments())
                .containsExactly(segment(0, 20, 2, EPOCH + 19, true), segment(20, 30, 1, EPOCH + 29, false));
        assertHoldsTens(store, 0, 30);
    }

    @Test
    void aSealedSegmentStaysSealedOverACloseAndACrash() {
        appendTens(2);
        sealAndSync();
        List<Segment> before = segments();
        reopen();
        assertThat(segments()).isEqualTo(before);
        crash();
        assertThat(segments()).isEqualTo(before);
        appendTens(1);
        sync();
        crash();
        assertThat(segments())
                .containsExactly(segment(0, 20, 2, EPOCH + 19, true), segment(20, 30, 1, EPOCH + 29, false));
        assertHoldsTens(store, 0, 30);
    }

    @Test
    void aCloseKeepsASealThatWasNotSynced() {
        appendTens(2);
        store.seal();
        reopen();
        assertThat(bases()).containsExactly(0L, 20L);
    }

    @Test
    void aCrashBeforeTheSyncTakesNoRecord() {
        appendTens(2);
        sync();
        store.seal();
        crash();
        assertHoldsTens(store, 0, 20);
        assertThat(bases()).isIn(List.of(0L), List.of(0L, 20L));
        appendTens(1);
        sealAndSync();
        crash();
        assertHoldsTens(store, 0, 30);
        assertThat(store.sealedEnd()).isEqualTo(30);
    }

    @Test
    void theSealedEndIsTheBaseOfTheActiveSegment() {
        assertThat(store.sealedEnd()).isZero();
        appendTens(7);
        assertSealedEnd(50);
        sealAndSync();
        assertSealedEnd(70);
        appendTens(1);
        assertSealedEnd(70);
        store.truncateTo(60);
        assertSealedEnd(50);
        reopen();
        assertSealedEnd(50);
        store.trimTo(60);
        sync();
        assertSealedEnd(60);
        store.trimTo(100);
        sync();
        assertSealedEnd(100);
    }

    private void assertSealedEnd(long offset) {
        assertThat(store.sealedEnd()).isEqualTo(offset);
        assertThat(bases().get(bases().size() - 1)).isEqualTo(offset);
    }

    @Test
    void aTruncationOpensASealedSegmentAgain() {
        appendTens(3);
        sealAndSync();
        store.truncateTo(30);
        assertThat(bases()).containsExactly(0L, 30L);
        store.truncateTo(20);
        assertThat(segments()).containsExactly(segment(0, 20, 2, EPOCH + 19, false));
        appendTens(1);
        assertThat(segments()).containsExactly(segment(0, 30, 3, EPOCH + 29, false));
        reopen();
        assertThat(segments()).containsExactly(segment(0, 30, 3, EPOCH + 29, false));
    }

    @Test
    void aTrimTakesSealedSegments() {
        appendTens(2);
        sealAndSync();
        appendTens(2);
        sealAndSync();
        store.trimTo(20);
        assertThat(bases()).containsExactly(20L, 40L);
        store.trimTo(40);
        assertThat(bases()).containsExactly(40L);
        appendTens(1);
        sync();
        crash();
        assertHoldsTens(store, 40, 50);
        assertThat(store.extent().start()).isEqualTo(40);
    }

    @Test
    void aSealedSegmentCanBeReplacedBesideAnEmptyActiveOne() {
        appendTens(3);
        sealAndSync();
        Iterator<ByteBuffer> kept = List.of(ten(0), ten(20)).iterator();
        store.replace(store.segments().subList(0, 1), () -> kept.hasNext() ? Batches.run(kept.next()) : null);
        assertThat(segments()).containsExactly(segment(0, 30, 2, EPOCH + 29, true), segment(30, 30, 0, -1, false));
        appendTens(1);
        sync();
        crash();
        assertThat(readAll(store, 0)).containsExactly(0L, 20L, 30L);
        assertThat(bases()).containsExactly(0L, 30L);
    }

    /** The age of the next segment counts from its own first batch. */
    @Test
    void theNextSegmentHasAnAgeOfItsOwn() {
        PartitionSettings byAge = PartitionSettings.of(new SegmentLimits(1 << 20, 100, 0, 1 << 16));
        store.settings(byAge);
        append(Batches.run(0, 1, SIZE, EPOCH));
        sealAndSync();
        append(Batches.run(1, 1, SIZE, EPOCH + 150));
        append(Batches.run(2, 1, SIZE, EPOCH + 250));
        assertThat(bases()).containsExactly(0L, 1L);
        append(Batches.run(3, 1, SIZE, EPOCH + 251));
        assertThat(bases()).containsExactly(0L, 1L, 3L);
    }

    @Test
    void settingsThatAreNotAboutSegmentsChangeNone() {
        appendTens(7);
        List<Segment> before = segments();
        for (Tiering tiering : Tiering.values()) {
            store.settings(new PartitionSettings(SMALL.segments(), true, tiering, 20));
            assertThat(segments()).isEqualTo(before);
            assertHoldsTens(store, 0, 70);
            store.settings(SMALL);
        }
        store.close();
        PartitionSettings others = new PartitionSettings(SMALL.segments(), true, Tiering.OFF, 20);
        PartitionStore again = storage().open(ID, 1, others);
        store = again;
        assertThat(segments()).isEqualTo(before);
        appendTens(1);
        assertHoldsTens(again, 0, 80);
    }
}
