// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks truncations: every batch that reaches the offset goes, and the next append goes where they were. */
public abstract class TruncateContract extends Contract {
    protected TruncateContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void dropsEveryBatchThatReachesTheOffset() {
        for (long end = 120; end >= 0; end -= 7) {
            truncatesTo(end);
        }
    }

    private void truncatesTo(long end) {
        storage().delete(ID);
        store = storage().open(ID, 1, SMALL);
        appendTens(12);
        sync();
        store.truncateTo(end);
        long left = end - end % 10;
        assertExtent(store, 0, left, left);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, left));
        appendTens(8);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, left + 80));
    }

    @Test
    void isIdempotentAndNeverExtends() {
        appendTens(6);
        store.truncateTo(100);
        store.truncateTo(60);
        assertThat(store.extent().readableEnd()).isEqualTo(60);
        store.truncateTo(30);
        store.truncateTo(30);
        assertThat(store.extent().readableEnd()).isEqualTo(30);
    }

    @Test
    void isDurableOnReturn() {
        appendTens(12);
        sync();
        store.truncateTo(65);
        crash();
        assertExtent(store, 0, 60, 60);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
        appendTens(3);
        sync();
        crash();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 90));
    }

    @Test
    void aReaderInOrderGoesOnWithWhatWasAppendedSince() {
        appendTens(4);
        sync();
        assertThat(read(store, 0, TO_END, 2 * SIZE)).containsExactly(0L, 10L);
        assertThat(read(store, 20, TO_END, 2 * SIZE)).containsExactly(20L, 30L);
        store.truncateTo(10);
        store.append(Batches.run(10, 10, SIZE + SIZE / 2, EPOCH));
        store.append(Batches.run(20, 20, SIZE + SIZE / 4, EPOCH));
        store.append(Batches.run(40, 10, SIZE, EPOCH));
        sync();
        assertThat(read(store, 20, TO_END, 0)).containsExactly(20L);
        assertThat(read(store, 40, TO_END, 0)).containsExactly(40L);
    }

    @Test
    void takesTheDurableEndWithIt() {
        appendTens(12);
        sync();
        store.truncateTo(20);
        appendTens(4);
        assertThat(store.extent().durableEnd()).isLessThanOrEqualTo(60);
        sync();
        assertExtent(store, 0, 60, 60);
        crash();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
    }

    @Test
    void belowTheStartItEmptiesThePartition() {
        appendTens(12);
        store.trimTo(63);
        sync();
        store.truncateTo(40);
        assertExtent(store, 40, 40, 40);
        crash();
        assertExtent(store, 40, 40, 40);
        appendTens(1);
        assertThat(readAll(store, 40)).containsExactly(40L);
    }

    @Test
    void whenOnlyTheBatchOfTheStartIsLeftThePartitionIsEmpty() {
        appendTens(12);
        store.trimTo(63);
        store.truncateTo(66);
        assertExtent(store, 63, 63, 63);
        appendTens(1);
        assertThat(readAll(store, 63)).containsExactly(63L);
    }

    @Test
    void slicesHandedOutKeepTheirBytes() {
        appendTens(12);
        BatchSlice inside = store.read(50, TO_END, ALL);
        BatchSlice above = store.read(100, TO_END, ALL);
        store.truncateTo(75);
        for (int i = 0; i < 8; i++) {
            long base = store.extent().readableEnd();
            append(Batches.run(Batches.batch(base, 1, SIZE, EPOCH)));
        }
        assertThat(inside.buffer())
                .isEqualTo(ByteBuffer.allocate(5 * SIZE)
                        .put(ten(50))
                        .put(ten(60))
                        .put(ten(70))
                        .put(ten(80))
                        .put(ten(90))
                        .flip());
        assertThat(bases(above)).containsExactly(100L, 110L);
        inside.close();
        above.close();
        assertThat(read(store, 70, TO_END, SIZE)).containsExactly(70L);
    }

    @Test
    void dropsSnapshotsAboveTheNewEnd() {
        appendTens(12);
        for (long offset = 0; offset <= 120; offset += 10) {
            store.snapshots().write("state", offset, ByteBuffer.allocate(3));
        }
        store.truncateTo(75);
        assertThat(store.snapshots().offsets("state")).containsExactly(0L, 10L, 20L, 30L, 40L, 50L, 60L, 70L);
    }

    @Test
    void leavesTimestampsRight() {
        appendTens(12);
        store.truncateTo(75);
        assertThat(store.offsetAt(EPOCH + 70)).isNull();
        assertThat(store.offsetAt(EPOCH + 65).baseOffset()).isEqualTo(60);
        assertThat(store.segments().get(1).maxTimestamp()).isEqualTo(EPOCH + 69);
        PartitionStore same = store;
        assertFails(Kind.MISUSE, () -> same.truncateTo(-1));
    }
}
