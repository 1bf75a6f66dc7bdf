// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException.Kind;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks the two moments, readable and durable, across crashes and restarts. */
public abstract class SyncContract extends Contract {
    protected SyncContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void syncedBatchesAreReadableAndDurable() {
        appendTens(12);
        sync();
        assertExtent(store, 0, 120, 120);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 120));
    }

    @Test
    void syncedBatchesSurviveACrash() {
        appendTens(12);
        sync();
        appendUnsynced(120, 9);
        long durable = store.extent().durableEnd();
        crash();
        long end = store.extent().readableEnd();
        assertThat(end).isBetween(durable, 210L);
        assertExtent(store, 0, end, end);
        assertHoldsTens(store, 0, end);
    }

    @Test
    void appendsGoOnAfterACrash() {
        for (int round = 0; round < 4; round++) {
            appendTens(7);
            sync();
            long synced = store.extent().readableEnd();
            appendUnsynced(synced, 3);
            crash();
            assertThat(store.extent().readableEnd()).isBetween(synced, synced + 30);
            assertHoldsTens(store, 0, store.extent().readableEnd());
        }
        appendTens(2);
        long end = store.extent().readableEnd();
        assertThat(end).isGreaterThanOrEqualTo(300);
        assertHoldsTens(store, 0, end);
    }

    @Test
    void everythingSurvivesAProperClose() {
        appendTens(13);
        sync();
        appendUnsynced(130, 4);
        reopen();
        assertExtent(store, 0, 170, 170);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        appendTens(1);
        assertThat(read(store, 175, TO_END, 0)).containsExactly(170L);
    }

    @Test
    void gapsSurviveReopening() {
        append(Batches.run(ten(0)));
        append(Batches.run(ten(70)));
        append(Batches.run(ten(6_000_000_000L)));
        sync();
        crash();
        assertThat(readAll(store, 0)).containsExactly(0L, 70L, 6_000_000_000L);
        reopen();
        assertThat(readAll(store, 0)).containsExactly(0L, 70L, 6_000_000_000L);
    }

    @Test
    void aCreatedPartitionSurvivesACrash() {
        rig.crash(); // and open nothing: that would create it
        assertThat(storage().partitions()).containsExactly(ID);
        store = storage().open(ID, 1, SMALL);
        assertExtent(store, 0, 0, 0);
    }

    @Test
    void syncsManyPartitionsAtOnce() {
        PartitionStore other = storage().open(new PartitionId("other", new UUID(1, 2), 0), 1, SMALL);
        appendUnsynced(0, 3);
        other.append(Batches.run(ten(0)));
        assertThat(storage().sync(List.of(store, other)).byPartition()).isEmpty();
        assertThat(store.extent().durableEnd()).isEqualTo(30);
        assertThat(other.extent().durableEnd()).isEqualTo(10);
    }

    @Test
    void aSyncCoversWhatEarlierHandlesAppended() {
        appendUnsynced(0, 7);
        store = storage().open(ID, 2, SMALL);
        sync();
        assertThat(store.extent().durableEnd()).isEqualTo(70);
        crash();
        assertHoldsTens(store, 0, 70);
    }

    @Test
    void refusesAHandleOfAnotherStorage() {
        try (MemoryStorage elsewhere = new MemoryStorage()) {
            PartitionStore stranger = elsewhere.open(ID, 1, SMALL);
            assertFails(Kind.MISUSE, () -> storage().sync(List.of(stranger)));
        }
    }

    @Test
    void syncingNothingNewIsFine() {
        sync();
        appendTens(1);
        sync();
        sync();
        assertExtent(store, 0, 10, 10);
        assertThat(storage().sync(List.of()).byPartition()).isEmpty();
    }

    @Test
    void aFencedOrClosedHandleFailsTheSyncAlone() {
        PartitionStore other = storage().open(new PartitionId("other", new UUID(1, 2), 0), 1, SMALL);
        PartitionStore closed = storage().open(new PartitionId("closed", new UUID(1, 3), 0), 1, SMALL);
        closed.close();
        appendUnsynced(0, 1);
        other.append(Batches.run(ten(0)));
        storage().open(ID, 2, SMALL);
        var failures = storage().sync(List.of(store, other, closed)).byPartition();
        assertThat(failures.get(ID).kind()).isEqualTo(Kind.FENCED);
        assertThat(failures.get(closed.id()).kind()).isEqualTo(Kind.CLOSED);
        assertThat(failures).hasSize(2);
        assertThat(other.extent().durableEnd()).isEqualTo(10);
    }
}
