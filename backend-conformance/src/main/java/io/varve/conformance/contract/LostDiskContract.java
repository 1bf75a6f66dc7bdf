// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TierFaults;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Loses the disk: what was in the tier is back, with its start, its snapshots and its segments. */
public abstract class LostDiskContract extends TieredContract {
    private static final int PARTITIONS = 20;

    protected LostDiskContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private void sealAndSettle() {
        store.seal();
        sync();
        awaitUploaded(store);
        tier.settle();
    }

    @Test
    void everyRecordThatWasInTheTierIsBack() {
        appendUploaded(17);
        sealAndSettle();
        List<Segment> before = TimelessSegments.timeless(store.segments());
        assertThat(tier.loseDisk().partitions()).containsExactly(ID);
        store = storage().open(ID, 1, TIERED);
        assertExtent(store, 0, 170, 170);
        assertThat(TimelessSegments.timeless(store.segments())).isEqualTo(before);
        assertServesTens(store, 0, 170);
    }

    @Test
    void onlyWhatWasNotInTheTierIsLost() {
        appendUploaded(17);
        loseDisk();
        assertExtent(store, 0, 150, 150);
        assertServesTens(store, 0, 150);
    }

    @Test
    void theLogGoesOnWhereItEnds() {
        appendUploaded(17);
        loseDisk();
        appendOther(store, storage());
        appendUploaded(9);
        store.dropLocal(TO_END);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 250));
        sealAndSettle();
        loseDisk();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 250));
        try (var slice = store.read(150, TO_END, 0)) {
            assertThat(slice.buffer()).isEqualTo(other(150));
        }
    }

    @Test
    void aCrashAfterwardsChangesNothing() {
        appendUploaded(17);
        loseDisk();
        crash();
        assertExtent(store, 0, 150, 150);
        assertServesTens(store, 0, 150);
        appendTens(2);
        sync();
        crash();
        assertServesTens(store, 0, 170);
    }

    @Test
    void theStartIsKept() {
        appendUploaded(23);
        store.dropLocal(100);
        store.trimTo(65);
        sync();
        tier.settle();
        loseDisk();
        assertExtent(store, 65, 200, 200);
        assertThat(readAll(store, 65)).isEqualTo(tens(60, 200));
        assertThat(store.offsetAt(0).baseOffset()).isEqualTo(60);
    }

    @Test
    void noOffsetOfAnEmptiedPartitionIsGivenAgain() {
        appendUploaded(12);
        store.trimTo(120);
        sync();
        tier.settle();
        loseDisk();
        assertExtent(store, 120, 120, 120);
        appendTens(1);
        assertServesTens(store, 120, 130);
    }

    @Test
    void whatWasTruncatedStaysAway() {
        appendUploaded(23);
        store.dropLocal(150);
        store.truncateTo(75);
        sealAndSettle();
        loseDisk();
        assertExtent(store, 0, 70, 70);
        assertServesTens(store, 0, 70);
    }

    @Test
    void whatWasDeletedStaysAway() {
        PartitionStore other = storage().open(OTHER, 1, TIERED);
        appendUploaded(12);
        for (int i = 0; i < 12; i++) {
            appendTen(other);
        }
        sync(storage(), other);
        awaitUploaded(other);
        storage().delete(ID);
        tier.settle();
        assertThat(tier.loseDisk().partitions()).containsExactly(OTHER);
    }

    @Test
    void snapshotsOfWhatIsBackAreBack() {
        appendTens(10);
        store.snapshots().write("state", 50, ByteBuffer.wrap(new byte[] {5}));
        store.snapshots().write("other", 100, ByteBuffer.wrap(new byte[] {1, 0, 0}));
        store.snapshots().write("state", 50, ByteBuffer.wrap(new byte[] {5, 5}));
        sealAndSettle();
        loseDisk();
        Snapshots snapshots = store.snapshots();
        assertThat(snapshots.names()).containsExactlyInAnyOrder("other", "state");
        assertThat(snapshots.newest("state", 100).orElseThrow().bytes()).isEqualTo(ByteBuffer.wrap(new byte[] {5, 5}));
        assertThat(snapshots.newest("other", 100).orElseThrow().bytes())
                .isEqualTo(ByteBuffer.wrap(new byte[] {1, 0, 0}));
    }

    /** What is ahead of the records would tell of records that are lost. */
    @Test
    void noSnapshotIsAheadOfTheRecords() {
        appendTens(12);
        store.snapshots().write("state", 120, ByteBuffer.wrap(new byte[] {1, 2}));
        sync();
        awaitUploaded(store);
        loseDisk();
        assertThat(store.extent().readableEnd()).isEqualTo(100);
        assertThat(store.snapshots().offsets("state"))
                .allSatisfy(offset -> assertThat(offset).isLessThanOrEqualTo(100));
    }

    private static BatchSource of(Long... bases) {
        Iterator<BatchRun> runs =
                Arrays.stream(bases).map(base -> Batches.run(ten(base))).iterator();
        return () -> runs.hasNext() ? runs.next() : null;
    }

    /** Where compaction left no records, a restored partition may have a batch without any. */
    private List<Long> withRecords(long from) {
        return readAll(store, from).stream().filter(this::hasRecords).toList();
    }

    private boolean hasRecords(long base) {
        try (BatchSlice slice = store.read(base, TO_END, 0)) {
            return BatchHeader.recordCount(slice.buffer(), 0) > 0;
        }
    }

    @Test
    void aCompactedPartitionIsOnThisMachineAgain() {
        store.settings(COMPACTED);
        appendUploaded(17);
        store.seal();
        sync();
        store.replace(List.copyOf(store.segments().subList(0, 2)), of(20L, 80L));
        sealAndSettle();
        List<Long> batches = withRecords(0);
        store = tier.loseDisk().open(ID, 1, COMPACTED);
        await(
                "all segments are on this machine",
                () -> store.segments().stream().allMatch(Segment::isLocal));
        assertExtent(store, 0, 170, 170);
        assertThat(withRecords(0)).isEqualTo(batches).startsWith(20L, 80L, 100L);
        store.replace(List.copyOf(store.segments().subList(0, 1)), of(80L));
        assertThat(withRecords(0)).startsWith(80L, 100L);
    }

    /**
     * The last records of a segment may be compacted away: their offsets were given to someone all the
     * same.
     */
    @Test
    void noOffsetThatWasCompactedAwayIsGivenAgain() {
        store.settings(COMPACTED);
        appendUploaded(17);
        store.seal();
        sync();
        store.replace(List.copyOf(store.segments().subList(2, 4)), of(110L));
        sealAndSettle();
        store = tier.loseDisk().open(ID, 1, COMPACTED);
        assertExtent(store, 0, 170, 170);
        appendTens(1);
        assertThat(withRecords(100)).containsExactly(110L, 170L);
    }

    /** A record goes because of a later one of its key. If that one is lost, the older one must be back. */
    @Test
    void whatWasCompactedAwayStaysInTheTierUntilWhatIsNewerIsThere() {
        store.settings(COMPACTED);
        appendUploaded(12);
        store.replace(List.copyOf(store.segments().subList(0, 1)), of(40L));
        tier.settle();
        store = tier.loseDisk().open(ID, 1, COMPACTED);
        assertServesTens(store, 0, 100);
        appendTens(2);
        store.replace(List.copyOf(store.segments().subList(0, 1)), of(40L));
        sealAndSettle();
        store = tier.loseDisk().open(ID, 1, COMPACTED);
        assertThat(withRecords(0)).startsWith(40L, 50L).endsWith(110L);
    }

    /**
     * The tier has other records of the same offsets, sizes and times: what readers have seen here stays.
     */
    @Test
    void anOlderDiskIsNotTakenForACopyOfWhatWasWrittenAgain() {
        appendUploaded(12);
        tier.keepDisk();
        store.truncateTo(50);
        for (int i = 0; i < 7; i++) {
            appendOther(store, storage());
        }
        sync();
        awaitUploaded(store);
        store = tier.returnToKeptDisk().open(ID, 1, TIERED);
        assertServesTens(store, 0, 120);
        store.dropLocal(TO_END);
        assertServesTens(store, 0, 120);
        store.seal();
        sync();
        awaitUploaded(store);
        store.dropLocal(TO_END);
        assertServesTens(store, 0, 120);
    }

    @Test
    void manyPartitionsAreBack() {
        Set<PartitionId> ids = new HashSet<>(Set.of(ID));
        appendUploaded(6);
        for (int i = 0; i < PARTITIONS; i++) {
            PartitionId id = new PartitionId("many", new UUID(3, 3), i);
            ids.add(id);
            PartitionStore one = storage().open(id, 1, TIERED);
            for (int batch = 0; batch <= 5 + i; batch++) {
                appendTen(one);
            }
            assertThat(sync(storage(), one)).isTrue();
            awaitUploaded(one);
        }
        Storage restored = tier.loseDisk();
        assertThat(restored.partitions()).isEqualTo(ids);
        for (int i = 0; i < PARTITIONS; i++) {
            PartitionStore one = restored.open(new PartitionId("many", new UUID(3, 3), i), 1, TIERED);
            assertServesTens(one, 0, (5 + i) / 5 * 50L);
        }
    }

    /** Nobody can tell yet whether records are missing: better no storage than one that begins anew. */
    @Test
    void doesNotBeginAnewWhileTheTierIsAway() {
        appendUploaded(12);
        tier.settle();
        strike(TierFaults.Kind.UNREACHABLE, 1);
        boolean opened;
        try {
            opened = tier.loseDisk().partitions().isEmpty();
        } catch (StorageException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(StorageException.Kind.RETRY);
            opened = false;
        }
        assertThat(opened)
                .as("an empty storage in place of one whose tier is away")
                .isFalse();
        tier.tierFaults().heal();
        loseDisk();
        assertServesTens(store, 0, 100);
    }
}
