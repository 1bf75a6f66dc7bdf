// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.TimelessSegments;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Checks a full disk, a failing device and changed bytes: the caller gets the right kind of exception, and
 * sound batches stay in reach.
 */
public abstract class FaultContract extends Contract {
    /** Large runs, so that a file system's last free bytes do not matter. */
    private static final int LARGE = 1 << 18;

    private static final int MAGIC_AT = 16;

    protected FaultContract(Supplier<StorageRig> rigs) {
        super(() -> rigs.get().withFaults());
    }

    private void fill() {
        assumeTrue(rig.faults().fill(), "the rig cannot fill the device");
    }

    private void failSyncs() {
        assumeTrue(rig.faults().failSyncs(), "the rig cannot let syncs fail");
    }

    /**
     * What a proper close has made durable is known to be so, also after a crash: damage to it is not
     * mistaken for a torn tail.
     */
    private void corruptSynced(long base, int at) {
        appendTens(12);
        reopen();
        assumeTrue(rig.faults().corrupt(ID, ten(base), at), "the rig cannot change stored bytes");
    }

    private static BatchRun large(long base) {
        return Batches.run(base, 10, LARGE, EPOCH + base);
    }

    @Test
    void aFullDeviceRefusesAppendsAsFullAndKeepsNothingOfThem() {
        appendTens(7);
        sync();
        fill();
        for (int i = 0; i < 5; i++) {
            assertFails(Kind.FULL, () -> store.append(large(70)));
        }
        assertExtent(store, 0, 70, 70);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 70));
        crash();
        assertExtent(store, 0, 70, 70);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 70));
    }

    @Test
    void appendsGoOnWhenThereIsRoomAgain() {
        appendTens(7);
        sync();
        fill();
        assertFails(Kind.FULL, () -> store.append(large(70)));
        rig.faults().heal();
        append(large(70));
        appendTens(3);
        sync();
        assertExtent(store, 0, 110, 110);
        crash();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 110));
    }

    @Test
    void readingAndTrimmingWorkOnAFullDevice() {
        appendTens(12);
        sync();
        fill();
        assertFails(Kind.FULL, () -> store.append(large(120)));
        assertThat(readAll(store, 35)).isEqualTo(tens(30, 120));
        assertThat(store.offsetAt(EPOCH + 77).baseOffset()).isEqualTo(70);
        store.trimTo(63);
        assertThat(store.extent().start()).isEqualTo(63);
        assertThat(readAll(store, 63)).isEqualTo(tens(60, 120));
    }

    @Test
    void aFullDeviceSealsOrChangesNothing() {
        appendTens(7);
        sync();
        List<Segment> before = TimelessSegments.anywhere(store.segments());
        fill();
        try {
            store.seal();
        } catch (StorageException e) {
            assertThat(e.kind()).isEqualTo(Kind.FULL);
            assertThat(TimelessSegments.anywhere(store.segments())).isEqualTo(before);
        }
        rig.faults().heal();
        store.seal();
        appendTens(1);
        sync();
        crash();
        assertThat(store.segments()).extracting(Segment::baseOffset).containsExactly(0L, 50L, 70L);
        assertHoldsTens(store, 0, 80);
    }

    @Test
    void aFailedSyncIsReportedAndNeverForgotten() {
        appendTens(7);
        sync();
        appendUnsynced(70, 3);
        failSyncs();
        StorageException failure = storage().sync(List.of(store)).byPartition().get(ID);
        assertThat(failure).as("the outcome of a sync whose device fails").isNotNull();
        assertThat(failure.kind()).isEqualTo(Kind.FULL);
        assertThat(store.extent().durableEnd()).isEqualTo(70);
        rig.faults().heal();
        assertThat(storage().sync(List.of(store)).byPartition())
                .as("a later sync, of bytes the device may have dropped")
                .containsKey(ID);
        assertThat(store.extent().durableEnd()).isEqualTo(70);
    }

    @Test
    void afterAFailedSyncAppendsAreRefusedAndReadsGoOn() {
        appendTens(7);
        sync();
        appendUnsynced(70, 3);
        failSyncs();
        assertThat(storage().sync(List.of(store)).byPartition()).containsOnlyKeys(ID);
        rig.faults().heal();
        assertFails(Kind.FULL, () -> store.append(Batches.run(ten(100))));
        assertThat(read(store, 0, 70, SIZE)).containsExactly(0L);
        assertThat(readAll(store, 0)).startsWith(0L, 10L, 20L, 30L, 40L, 50L, 60L);
        crash();
        assertThat(store.extent().readableEnd()).isBetween(70L, 100L);
        long end = store.extent().readableEnd();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, end));
        appendTens(1);
        sync();
        assertExtent(store, 0, end + 10, end + 10);
    }

    @Test
    void aFailedSyncOfOnePartitionLeavesTheOthersAlone() {
        appendTens(1);
        sync();
        PartitionStore other = storage().open(new PartitionId("other", new UUID(1, 2), 0), 1, SMALL);
        other.append(Batches.run(ten(0)));
        appendUnsynced(10, 1);
        failSyncs();
        assertThat(storage().sync(List.of(store)).byPartition()).containsOnlyKeys(ID);
        rig.faults().heal();
        assertThat(storage().sync(List.of(store, other)).byPartition()).containsOnlyKeys(ID);
        assertThat(other.extent().durableEnd()).isEqualTo(10);
        appendTen(other);
        assertThat(storage().sync(List.of(other)).byPartition()).isEmpty();
    }

    @Test
    void aCorruptByteOfTheContentNeverPassesForSound() {
        corruptSynced(70, SIZE - 20);
        isCorruptAt70();
        crash();
        isCorruptAt70();
        reopen();
        isCorruptAt70();
    }

    @Test
    void aCorruptHeaderNeverPassesForSound() {
        corruptSynced(70, MAGIC_AT);
        isCorruptAt70();
        crash();
        isCorruptAt70();
    }

    @Test
    void corruptBytesDoNotMoveTheEnds() {
        corruptSynced(110, SIZE - 20);
        crash();
        assertThat(store.extent().start()).isZero();
        assertThat(store.extent().readableEnd()).isEqualTo(120);
        appendTens(2);
        sync();
        crash();
        assertThat(store.extent().readableEnd()).isEqualTo(140);
        assertThat(read(store, 120, TO_END, 0)).containsExactly(120L);
        assertThat(read(store, 0, 100, SIZE)).containsExactly(0L);
    }

    /**
     * Whatever tells a backend how far it was durable is behind, at times: a bad byte is no torn tail when
     * sound batches follow.
     */
    @Test
    void aByteThatRotsAmongWhatWasSyncedErasesNothingBehindIt() {
        appendTens(12);
        sync();
        assumeTrue(rig.faults().corrupt(ID, ten(70), SIZE - 20), "the rig cannot change stored bytes");
        crash();
        isCorruptAt70();
        appendTens(1);
        sync();
        crash();
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        assertThat(read(store, 120, TO_END, 0)).containsExactly(120L);
    }

    @Test
    void zerosBehindAnIndexAreNotTakenForItsEntries() {
        appendTens(17);
        sync();
        List<Segment> before = TimelessSegments.anywhere(store.segments());
        assumeTrue(rig.faults().lengthenIndexes(), "there is no index whose length the rig could change");
        for (int start = 0; start < 2; start++) {
            reopen();
            assertThat(TimelessSegments.anywhere(store.segments())).isEqualTo(before);
            for (long offset = 0; offset < 170; offset += 10) {
                assertThat(read(store, offset + 5, offset + 10, ALL)).containsExactly(offset);
                assertThat(store.offsetAt(EPOCH + offset + 9).baseOffset()).isEqualTo(offset);
            }
        }
        appendTens(5);
        assertThat(store.offsetAt(EPOCH + 205).baseOffset()).isEqualTo(200);
    }

    /**
     * Batches on both sides are in reach; at the damaged one there is an error, or bytes that the batch's
     * checksum gives away.
     */
    private void isCorruptAt70() {
        assertThat(store.extent().readableEnd()).isEqualTo(120);
        for (long base : List.of(0L, 50L, 60L, 100L, 110L)) {
            assertThat(read(store, base, base + 10, ALL)).as("a sound batch").containsExactly(base);
            assertThat(read(store, base, TO_END, 0)).as("a sound batch").containsExactly(base);
        }
        StorageException failure = catchThrowableOfType(StorageException.class, this::readAt70);
        if (rig.faults().verifiesReads()) {
            assertThat(failure).as("a verified read of a damaged batch fails").isNotNull();
        }
        if (failure != null) {
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(Kind.CORRUPT);
        }
    }

    private void readAt70() {
        try (BatchSlice slice = store.read(70, TO_END, 0)) {
            ByteBuffer bytes = slice.buffer();
            assertThat(bytes.remaining()).as("bytes where a batch was synced").isGreaterThan(0);
            assertThat(BatchHeader.baseOffset(bytes, 0))
                    .as("the batch at 70 is not passed over")
                    .isEqualTo(70);
            assertThat(bytes.slice(0, Math.min(SIZE, bytes.remaining())))
                    .as("the bytes were changed")
                    .isNotEqualTo(ten(70));
        }
    }
}
