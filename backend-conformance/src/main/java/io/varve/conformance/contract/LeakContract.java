// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Checks that the same work, done again and again, takes no more files, threads, direct or mapped memory, or
 * resources the rig counts. Each check warms up first, for a backend may keep what it will need again.
 */
public abstract class LeakContract extends Contract {
    private static final int WARM_UP = 20;
    private static final int ROUNDS = 60;
    /** A leak shows in every round; what shows in fewer than half of them has another cause. */
    private static final int TOLERANCE = ROUNDS / 2;

    protected LeakContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private void leaksNothing(Runnable round) {
        for (int i = 0; i < WARM_UP; i++) {
            round.run();
        }
        ResourceCounts before = ResourceCounts.settled(rig);
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        assertThat(ResourceCounts.leakedSince(before, rig, TOLERANCE))
                .as("what %d rounds of the same work have left behind", ROUNDS)
                .isEmpty();
    }

    @Test
    void closedSlicesGiveEverythingBack() {
        appendTens(23);
        sync();
        leaksNothing(() -> {
            for (long offset = 0; offset < 230; offset += 35) {
                assertThat(read(store, offset, TO_END, 2 * SIZE)).isNotEmpty();
            }
            assertThat(read(store, 230, TO_END, ALL)).isEmpty();
        });
    }

    @Test
    void slicesThatAreNeverLookedAtGiveEverythingBack() {
        appendTens(23);
        sync();
        leaksNothing(() -> {
            store.read(100, TO_END, ALL).close();
            store.offsetAt(EPOCH + 77);
            store.segments();
        });
    }

    @Test
    void slicesHeldAcrossATrimATruncationAndADeleteGiveEverythingBack() {
        int[] number = {0};
        leaksNothing(() -> {
            PartitionId id = new PartitionId("leaks", new UUID(3, 4), number[0]++);
            PartitionStore other = storage().open(id, 1, SMALL);
            for (int i = 0; i < 17; i++) {
                appendTen(other);
            }
            List<BatchSlice> slices = new ArrayList<>();
            for (long offset = 0; offset < 170; offset += 50) {
                slices.add(other.read(offset, TO_END, ALL));
            }
            other.trimTo(60);
            other.truncateTo(120);
            storage().delete(id);
            slices.forEach(BatchSlice::close);
        });
    }

    @Test
    void replacedSegmentsGiveEverythingBack() {
        leaksNothing(() -> {
            appendTens(6);
            List<Segment> all = store.segments();
            long base = all.get(all.size() - 2).endOffset() - 10;
            BatchSlice held = store.read(store.extent().start(), TO_END, ALL);
            store.replace(all.subList(0, all.size() - 1), one(base));
            held.close();
        });
    }

    private static BatchSource one(long base) {
        Iterator<BatchRun> runs = List.of(Batches.run(ten(base))).iterator();
        return () -> runs.hasNext() ? runs.next() : null;
    }

    @Test
    void closedHandlesGiveEverythingBack() {
        PartitionId id = new PartitionId("leaks", new UUID(3, 4), 0);
        leaksNothing(() -> {
            PartitionStore other = storage().open(id, 1, SMALL);
            appendTen(other);
            assertThat(storage().sync(List.of(other)).byPartition()).isEmpty();
            other.snapshots().write("state", 10, ByteBuffer.allocate(5));
            other.snapshots().newest("state", 10);
            other.trimTo(other.extent().readableEnd());
            other.close();
        });
    }

    @Test
    void aClosedStorageGivesEverythingBack() {
        appendTens(12);
        leaksNothing(() -> {
            reopen();
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 120));
            sync();
        });
    }

    @Test
    void callsThatFailLeaveNothingBehind() {
        appendTens(17);
        sync();
        BatchRun wrong = Batches.run(ten(0));
        List<Segment> sealed = store.segments().subList(0, 2);
        BatchSource failing = () -> {
            throw new IllegalStateException("the source fails");
        };
        leaksNothing(() -> {
            assertFails(StorageException.Kind.MISUSE, () -> store.read(171, TO_END, ALL));
            assertFails(StorageException.Kind.MISUSE, () -> store.append(wrong));
            assertThatThrownBy(() -> store.replace(sealed, failing)).isInstanceOf(IllegalStateException.class);
            assertFails(StorageException.Kind.FENCED, () -> storage().open(ID, 0, SMALL));
        });
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
    }
}
