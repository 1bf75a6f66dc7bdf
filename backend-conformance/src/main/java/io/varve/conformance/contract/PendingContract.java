// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException.Kind;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Checks batches between append and sync: a backend may show them or not, but must not forget them, nor put
 * others in their place.
 */
public abstract class PendingContract extends Contract {
    protected PendingContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void becomesReadableInOrderAndAtTheLatestWithTheSync() {
        for (int i = 0; i < 12; i++) {
            appendUnsynced(10L * i, 1);
            long end = store.extent().readableEnd();
            assertThat(end).isLessThanOrEqualTo(10L * i + 10);
            assertHoldsTens(store, 0, end);
            List<Segment> segments = store.segments();
            assertThat(segments.get(segments.size() - 1).endOffset()).isEqualTo(end);
            assertFails(Kind.MISUSE, () -> store.read(end + 1, TO_END, ALL));
        }
        sync();
        assertExtent(store, 0, 120, 120);
        assertHoldsTens(store, 0, 120);
        assertThat(store.segments()).hasSize(3);
    }

    @Test
    void theNextRunGoesAfterIt() {
        appendUnsynced(0, 2);
        assertFails(Kind.MISUSE, () -> store.append(Batches.run(ten(0))));
        assertFails(Kind.MISUSE, () -> store.append(Batches.run(ten(10))));
        appendUnsynced(20, 1);
        sync();
        assertHoldsTens(store, 0, 30);
    }

    @Test
    void aTrimLeavesWhatWasAppendedAboveIt() {
        appendTens(6);
        sync();
        appendUnsynced(60, 6);
        store.trimTo(60);
        assertThat(store.extent().start()).isEqualTo(60);
        sync();
        assertExtent(store, 60, 120, 120);
        assertHoldsTens(store, 60, 120);
        appendUnsynced(120, 6);
        store.trimTo(143);
        assertThat(store.extent().start()).isEqualTo(143);
        appendUnsynced(180, 1);
        sync();
        assertExtent(store, 143, 190, 190);
        assertThat(readAll(store, 143)).isEqualTo(tens(140, 190));
    }

    @Test
    void aTrimToItsEndTakesItAway() {
        appendUnsynced(0, 12);
        store.trimTo(120);
        assertExtent(store, 120, 120, 120);
        appendUnsynced(120, 1);
        sync();
        crash();
        assertExtent(store, 120, 130, 130);
        assertHoldsTens(store, 120, 130);
    }

    @Test
    void aTruncationShowsWhatItLeaves() {
        appendTens(6);
        sync();
        appendUnsynced(60, 6);
        store.truncateTo(85);
        assertThat(store.extent().readableEnd()).isEqualTo(80);
        assertHoldsTens(store, 0, 80);
        appendUnsynced(80, 1);
        sync();
        crash();
        assertExtent(store, 0, 90, 90);
        assertHoldsTens(store, 0, 90);
    }

    @Test
    void closingTheHandleKeepsIt() {
        appendUnsynced(0, 7);
        store.close();
        store = storage().open(ID, 1, SMALL);
        assertThat(store.extent().readableEnd()).isEqualTo(70);
        assertHoldsTens(store, 0, 70);
    }

    @Test
    void aHigherEpochTakesItOver() {
        appendUnsynced(0, 7);
        PartitionStore newer = storage().open(ID, 2, SMALL);
        assertThat(newer.extent().readableEnd()).isEqualTo(70);
        newer.append(Batches.run(ten(70)));
        assertThat(storage().sync(List.of(newer)).byPartition()).isEmpty();
        assertHoldsTens(newer, 0, 80);
    }

    @Test
    void closingTheStorageKeepsIt() {
        appendUnsynced(0, 7);
        reopen();
        assertExtent(store, 0, 70, 70);
        assertHoldsTens(store, 0, 70);
    }

    @Test
    void aDeletedPartitionTakesItAlong() {
        appendUnsynced(0, 7);
        storage().delete(ID);
        store = storage().open(ID, 1, SMALL);
        assertExtent(store, 0, 0, 0);
        appendUnsynced(0, 1);
        sync();
        assertHoldsTens(store, 0, 10);
    }

    @Test
    void aReplacementLeavesItAlone() {
        appendTens(7);
        appendUnsynced(70, 5);
        AtomicBoolean given = new AtomicBoolean();
        store.replace(store.segments().subList(0, 1), () -> given.getAndSet(true) ? null : Batches.run(ten(40)));
        appendUnsynced(120, 1);
        sync();
        assertExtent(store, 0, 130, 130);
        assertThat(readAll(store, 0)).isEqualTo(tens(40, 130));
    }
}
