// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchSlice;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks trims: the start moves forward, and what lies below it goes. */
public abstract class TrimContract extends Contract {
    protected TrimContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void movesTheStart() {
        appendTens(12);
        store.trimTo(63);
        assertThat(store.extent().start()).isEqualTo(63);
        assertThat(store.extent().readableEnd()).isEqualTo(120);
        assertThat(readAll(store, 63)).isEqualTo(tens(60, 120));
    }

    @Test
    void neverMovesTheStartBack() {
        appendTens(12);
        store.trimTo(63);
        store.trimTo(63);
        store.trimTo(10);
        store.trimTo(-1);
        assertThat(store.extent().start()).isEqualTo(63);
    }

    @Test
    void dropsWholeSegments() {
        appendTens(12);
        store.trimTo(99);
        assertThat(store.segments()).hasSize(2);
        assertThat(store.segments().get(0).baseOffset()).isEqualTo(50);
        store.trimTo(100);
        assertThat(store.segments()).hasSize(1);
    }

    @Test
    void survivesACrashAfterASync() {
        appendTens(12);
        store.trimTo(63);
        sync();
        crash();
        assertExtent(store, 63, 120, 120);
        assertThat(readAll(store, 63)).isEqualTo(tens(60, 120));
    }

    @Test
    void anUnsyncedTrimTakesAwayNoMoreThanItSaid() {
        appendTens(12);
        sync();
        store.trimTo(63);
        crash();
        assertThat(store.extent().start()).isBetween(0L, 63L);
        assertThat(readAll(store, store.extent().start())).endsWith(60L, 70L, 80L, 90L, 100L, 110L);
    }

    @Test
    void atTheEndItEmptiesThePartition() {
        appendTens(12);
        store.trimTo(120);
        assertExtent(store, 120, 120, 120);
        assertThat(store.segments()).hasSize(1);
        assertThat(read(store, 120, TO_END, ALL)).isEmpty();
        appendTens(1);
        assertThat(readAll(store, 120)).containsExactly(120L);
    }

    @Test
    void aboveTheEndTheNextOffsetIsTheNewStart() {
        appendTens(3);
        store.trimTo(1000);
        assertExtent(store, 1000, 1000, 1000);
        sync();
        crash();
        assertExtent(store, 1000, 1000, 1000);
        appendTens(2);
        sync();
        crash();
        assertExtent(store, 1000, 1020, 1020);
        assertThat(readAll(store, 1000)).containsExactly(1000L, 1010L);
    }

    @Test
    void slicesHandedOutKeepTheirBytes() {
        appendTens(12);
        BatchSlice slice = store.read(0, TO_END, 2 * SIZE);
        store.trimTo(120);
        appendTens(12);
        assertThat(bases(slice)).containsExactly(0L, 10L);
        slice.close();
    }

    @Test
    void survivesReopening() {
        appendTens(12);
        store.trimTo(63);
        reopen();
        assertExtent(store, 63, 120, 120);
        store.trimTo(200);
        reopen();
        assertExtent(store, 200, 200, 200);
    }
}
