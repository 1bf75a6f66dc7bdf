// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TierFaults;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Segment.Tier;
import io.varve.core.spi.Tiering;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Copies segments to the tier, drops them from this machine, and reads them all the same. */
public abstract class TierContract extends TieredContract {
    private static final int READERS = 4;

    protected TierContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void copiesSealedSegmentsAndOnlyThem() {
        appendUploaded(12);
        assertThat(tiers(store)).containsExactly(Tier.BOTH, Tier.BOTH, Tier.LOCAL);
        assertServesTens(store, 0, 120);
        tier.settle();
        assertThat(tier.objects()).hasSize(2);
    }

    @Test
    void copiesASegmentThatWasEndedOnRequest() {
        appendTens(3);
        store.seal();
        sync();
        awaitUploaded(store);
        assertThat(tiers(store)).containsExactly(Tier.BOTH, Tier.LOCAL);
        assertServesTens(store, 0, 30);
    }

    @Test
    void copiesNothingThatIsNotDurable() {
        appendUnsynced(0, 23);
        tier.settle();
        List<Segment> copied =
                store.segments().stream().filter(Segment::isRemote).toList();
        assertThat(copied)
                .allSatisfy(segment -> assertThat(segment.endOffset())
                        .isLessThanOrEqualTo(store.extent().durableEnd()));
        assertThat(tier.objects()).hasSameSizeAs(copied);
    }

    @Test
    void readsWhatIsNoLongerOnThisMachine() {
        appendUploaded(23);
        List<Segment> before = TimelessSegments.timeless(store.segments());
        List<Long> firstTimestamps =
                store.segments().stream().map(store::firstTimestamp).toList();
        store.dropLocal(100);
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.REMOTE, Tier.BOTH, Tier.BOTH, Tier.LOCAL);
        assertThat(store.isLocal(0)).isFalse();
        assertThat(store.isLocal(99)).isFalse();
        assertThat(store.isLocal(100)).isTrue();
        assertThat(store.isLocal(229)).isTrue();
        assertThat(store.readLocal(99, 230, 1)).as("without the tier").isNull();
        try (BatchSlice local = store.readLocal(100, 230, 1)) {
            assertThat(local.sizeInBytes()).isPositive();
        }
        assertExtent(store, 0, 230, 230);
        assertThat(TimelessSegments.timeless(store.segments())).isEqualTo(before);
        assertThat(store.segments().stream().map(store::firstTimestamp).toList())
                .isEqualTo(firstTimestamps);
        assertServesTens(store, 0, 230);
    }

    @Test
    void readsNoMoreThanWasAskedForFromTheTier() {
        appendUploaded(12);
        store.dropLocal(100);
        assertThat(read(store, 15, TO_END, 0)).containsExactly(10L);
        assertThat(read(store, 15, TO_END, 2 * SIZE)).containsExactly(10L, 20L);
        assertThat(read(store, 15, 30, ALL)).containsExactly(10L, 20L);
        assertThat(read(store, 15, 25, ALL)).containsExactly(10L);
        assertThat(read(store, 15, 20, ALL)).containsExactly(10L);
        assertThat(read(store, 15, 19, ALL)).isEmpty();
        assertThat(read(store, 40, TO_END, ALL)).startsWith(40L);
    }

    @Test
    void readsAcrossGapsInTheTier() {
        append(Batches.run(ten(20)));
        append(Batches.run(ten(70)));
        appendTens(9);
        sync();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        assertThat(readAll(store, 0)).startsWith(20L, 70L, 80L, 90L);
        assertThat(read(store, 0, TO_END, 0)).containsExactly(20L);
        assertThat(read(store, 31, TO_END, 0)).containsExactly(70L);
        assertThat(read(store, 31, 79, ALL)).isEmpty();
        assertThat(store.offsetAt(EPOCH).baseOffset()).isEqualTo(20);
        assertThat(store.offsetAt(EPOCH + 30).baseOffset()).isEqualTo(70);
    }

    @Test
    void dropsNothingThatIsNotInTheTier() {
        strike(TierFaults.Kind.UNREACHABLE, 1);
        appendTens(12);
        sync();
        store.dropLocal(TO_END);
        assertThat(tiers(store)).containsOnly(Tier.LOCAL);
        assertServesTens(store, 0, 120);
        tier.tierFaults().heal();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.REMOTE, Tier.LOCAL);
    }

    @Test
    void dropsOnlyWholeSegmentsBelowTheOffset() {
        appendUploaded(17);
        store.dropLocal(0);
        store.dropLocal(49);
        assertThat(tiers(store)).containsExactly(Tier.BOTH, Tier.BOTH, Tier.BOTH, Tier.LOCAL);
        store.dropLocal(99);
        store.dropLocal(60);
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.BOTH, Tier.BOTH, Tier.LOCAL);
        assertServesTens(store, 0, 170);
    }

    @Test
    void allIsTheSameAfterReopeningAndAfterACrash() {
        appendUploaded(23);
        store.dropLocal(150);
        List<Segment> before = store.segments();
        reopen();
        assertThat(store.segments()).isEqualTo(before);
        assertServesTens(store, 0, 230);
        crash();
        assertThat(tiers(store)).isEqualTo(before.stream().map(Segment::tier).toList());
        assertExtent(store, 0, 230, 230);
        assertServesTens(store, 0, 230);
        appendUploaded(7);
        assertServesTens(store, 0, 300);
    }

    @Test
    void aSliceStaysReadableWhenItsSegmentGoes() {
        appendUploaded(12);
        try (BatchSlice slice = store.read(10, TO_END, 0)) {
            store.dropLocal(100);
            assertThat(slice.buffer()).isEqualTo(ten(10));
        }
        try (BatchSlice slice = store.read(10, TO_END, 0)) {
            store.trimTo(60);
            tier.settle();
            assertThat(slice.buffer()).isEqualTo(ten(10));
        }
    }

    @Test
    void snapshotsStayWhereTheSegmentsGo() {
        appendTens(12);
        store.snapshots().write("state", 30, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        sync();
        awaitUploaded(store);
        store.dropLocal(100);
        assertThat(store.snapshots().offsets("state")).containsExactly(30L);
        assertThat(store.snapshots().newest("state", 200).orElseThrow().bytes())
                .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void copiesNothingMoreWhenItIsTold() {
        appendUploaded(12);
        store.settings(new PartitionSettings(SMALL.segments(), false, Tiering.READ_ONLY, Long.MAX_VALUE));
        store.dropLocal(50);
        appendTens(10);
        sync();
        tier.settle();
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.BOTH, Tier.LOCAL, Tier.LOCAL, Tier.LOCAL);
        assertServesTens(store, 0, 220);
        store.settings(TIERED);
        sync();
        awaitUploaded(store);
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.BOTH, Tier.BOTH, Tier.BOTH, Tier.LOCAL);
    }

    @Test
    void withoutTheTierCopiesGoAndWhatIsThereOnlyStays() {
        appendUploaded(17);
        store.dropLocal(50);
        store.settings(SMALL);
        tier.settle();
        assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.LOCAL, Tier.LOCAL, Tier.LOCAL);
        assertThat(tier.objects()).hasSize(1);
        assertServesTens(store, 0, 170);
    }

    /** Cold readers, while segments are copied and dropped under them. */
    @Test
    void manyReadersSeeEveryRecordWhileSegmentsGo() {
        AtomicBoolean done = new AtomicBoolean();
        appendUploaded(20);
        List<CompletableFuture<Integer>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            CompletableFuture<Integer> rounds = new CompletableFuture<>();
            readers.add(rounds);
            new Thread(() -> readUntil(store, done, rounds), "reader-" + i).start();
        }
        try {
            for (int round = 0; round < 10; round++) {
                appendUploaded(10);
                store.dropLocal(100L * round + 100);
            }
        } finally {
            done.set(true);
        }
        readers.forEach(rounds -> assertThat(rounds.join()).isPositive());
        assertServesTens(store, 0, 1200);
    }

    private static void readUntil(PartitionStore store, AtomicBoolean done, CompletableFuture<Integer> rounds) {
        try {
            int count = 0;
            do {
                long end = store.extent().readableEnd();
                assertThat(readAll(store, 0)).startsWith(tens(0, end).toArray(Long[]::new));
                count++;
            } while (!done.get());
            rounds.complete(count);
        } catch (RuntimeException | AssertionError e) {
            rounds.completeExceptionally(e);
        }
    }
}
