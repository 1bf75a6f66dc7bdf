// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks opening, fencing, closing and deleting, and the kind of exception each gives to old handles. */
public abstract class LifecycleContract extends Contract {
    protected LifecycleContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void aHigherEpochFencesEveryWriteOfALowerOne() {
        appendTens(1);
        PartitionStore newer = storage().open(ID, 2, SMALL);
        assertFails(Kind.FENCED, () -> store.append(Batches.run(ten(10))));
        assertFails(Kind.FENCED, () -> store.seal());
        assertFails(Kind.FENCED, () -> store.trimTo(5));
        assertFails(Kind.FENCED, () -> store.truncateTo(0));
        assertFails(Kind.FENCED, () -> store.replace(store.segments(), () -> null));
        assertFails(Kind.FENCED, () -> store.settings(SMALL));
        assertFails(Kind.FENCED, () -> store.snapshots().write("state", 1, ByteBuffer.allocate(1)));
        assertFails(Kind.FENCED, () -> store.snapshots().delete("state", 1));
        assertThat(newer.extent().readableEnd()).isEqualTo(10);
        appendTen(newer);
        assertThat(readAll(newer, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void aLowerEpochCannotOpen() {
        storage().open(ID, 5, SMALL).close();
        assertFails(Kind.FENCED, () -> storage().open(ID, 4, SMALL));
        storage().open(ID, 5, SMALL);
    }

    @Test
    void theSameEpochCannotOpenTwiceAtOnce() {
        assertFails(Kind.MISUSE, () -> storage().open(ID, 1, SMALL));
        store.close();
        store = storage().open(ID, 1, SMALL);
        appendTens(1);
    }

    @Test
    void aClosedHandleRefusesEverything() {
        appendTens(1);
        BatchSlice slice = store.read(0, TO_END, ALL);
        store.close();
        store.close();
        assertFails(Kind.CLOSED, () -> store.extent());
        assertFails(Kind.CLOSED, () -> store.read(0, TO_END, ALL));
        assertFails(Kind.CLOSED, () -> store.append(Batches.run(ten(10))));
        assertFails(Kind.CLOSED, () -> store.seal());
        assertFails(Kind.CLOSED, () -> store.settings(SMALL));
        assertFails(Kind.CLOSED, () -> store.segments());
        assertFails(Kind.CLOSED, () -> store.sealedEnd());
        assertFails(Kind.CLOSED, () -> store.offsetAt(0));
        assertFails(Kind.CLOSED, () -> store.trimTo(0));
        assertFails(Kind.CLOSED, () -> store.truncateTo(0));
        assertThat(bases(slice)).containsExactly(0L);
        slice.close();
    }

    @Test
    void closingAHandleKeepsWhatWasAppended() {
        appendTens(7);
        store.close();
        store = storage().open(ID, 1, SMALL);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 70));
        sync();
        assertThat(store.extent().durableEnd()).isEqualTo(70);
    }

    @Test
    void listsThePartitionsThatExist() {
        PartitionId other = new PartitionId("a.b_c-d-1", new UUID(-1, 5), 0);
        storage().open(other, 1, SMALL);
        assertThat(storage().partitions()).containsExactlyInAnyOrder(ID, other);
        rig.reopen();
        assertThat(storage().partitions()).containsExactlyInAnyOrder(ID, other);
    }

    @Test
    void aDeletedPartitionIsGoneForGood() {
        appendTens(8);
        sync();
        BatchSlice slice = store.read(10, TO_END, SIZE);
        storage().delete(ID);
        storage().delete(ID);
        assertThat(storage().partitions()).isEmpty();
        assertFails(Kind.CLOSED, () -> store.extent());
        assertFails(Kind.CLOSED, () -> store.append(Batches.run(ten(80))));
        assertFails(Kind.CLOSED, () -> store.read(0, TO_END, ALL));
        assertThat(storage().sync(List.of(store)).byPartition().get(ID).kind()).isEqualTo(Kind.CLOSED);
        assertThat(bases(slice)).containsExactly(10L);
        slice.close();
        rig.crash();
        assertThat(storage().partitions()).isEmpty();
    }

    @Test
    void aPartitionThatIsSetAsideIsOutOfTheWayForGood() {
        appendTens(8);
        store.snapshots().write("state", 70, ByteBuffer.allocate(1));
        sync();
        BatchSlice slice = store.read(10, TO_END, SIZE);
        assertThat(storage().setAside(ID)).isNotEmpty();
        assertThat(storage().partitions()).isEmpty();
        assertFails(Kind.CLOSED, () -> store.extent());
        assertFails(Kind.CLOSED, () -> store.append(Batches.run(ten(80))));
        assertThat(bases(slice)).containsExactly(10L);
        slice.close();
        rig.crash();
        assertThat(storage().partitions()).isEmpty();
        // Also for itself: a partition created in this place begins with nothing, twice.
        for (int i = 0; i < 2; i++) {
            store = storage().open(ID, 1, SMALL);
            assertExtent(store, 0, 0, 0);
            assertThat(store.snapshots().offsets("state")).isEmpty();
            appendTens(1);
            sync();
            rig.reopen();
            assertThat(storage().partitions()).containsExactly(ID);
            storage().setAside(ID);
        }
        rig.reopen();
        assertThat(storage().partitions()).isEmpty();
    }

    @Test
    void aPartitionOfTheSameNameStartsAnew() {
        appendTens(8);
        store.snapshots().write("state", 70, ByteBuffer.allocate(1));
        store.trimTo(60);
        sync();
        PartitionId again = new PartitionId(ID.topic(), new UUID(8, 8), ID.partition());
        assertFails(Kind.MISUSE, () -> storage().open(again, 1, SMALL));
        storage().delete(ID);
        PartitionStore successor = storage().open(again, 0, SMALL);
        assertExtent(successor, 0, 0, 0);
        assertThat(successor.snapshots().offsets("state")).isEmpty();
        appendTen(successor);
        assertThat(storage().sync(List.of(successor)).byPartition()).isEmpty();
        rig.crash();
        assertThat(storage().partitions()).containsExactly(again);
        assertThat(readAll(storage().open(again, 0, SMALL), 0)).containsExactly(0L);
    }

    @Test
    void aClosedStorageRefusesEverything() {
        appendTens(1);
        Storage old = storage();
        PartitionStore handle = store;
        rig.reopen();
        old.close();
        assertFails(Kind.CLOSED, () -> old.open(ID, 9, SMALL));
        assertFails(Kind.CLOSED, () -> old.delete(ID));
        assertFails(Kind.CLOSED, () -> old.sync(List.of(handle)));
        assertFails(Kind.CLOSED, () -> handle.append(Batches.run(ten(10))));
        assertFails(Kind.CLOSED, () -> handle.read(0, TO_END, ALL));
    }

    @Test
    void takesTheLongestTopicName() {
        PartitionId longest = new PartitionId("x".repeat(249), new UUID(3, 3), 7);
        PartitionStore long1 = storage().open(longest, 1, SMALL);
        appendTen(long1);
        assertThat(storage().partitions()).contains(longest);
        storage().delete(longest);
        assertThat(storage().partitions()).doesNotContain(longest);
    }
}
