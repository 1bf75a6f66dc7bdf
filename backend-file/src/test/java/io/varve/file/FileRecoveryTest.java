// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.VarveException;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileRecoveryTest extends FileTestBase {
    @Test
    void truncatesATornTailAtTheLastWholeBatch() throws IOException {
        appendTens(8);
        sync();
        rig.die();
        shorten(log(50), 2 * SIZE + 77);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(70);
        assertThat(store.extent().durableEnd()).isEqualTo(70);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 70));
        assertThat(Files.size(log(50))).isEqualTo(2 * SIZE);
        appendTens(1);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 80));
    }

    @Test
    void truncatesAZeroFilledTail() throws IOException {
        appendTens(7);
        rig.die();
        write(log(50), 2 * SIZE, new byte[5000]);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 70));
        assertThat(Files.size(log(50))).isEqualTo(2 * SIZE);
    }

    @Test
    void dropsSegmentsPastATornOne() throws IOException {
        appendTens(17);
        rig.die();
        write(log(50), 3 * SIZE, new byte[2 * SIZE]);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 80));
        assertThat(store.segments()).hasSize(2);
        assertThat(log(100)).doesNotExist();
        assertThat(file(FileNames.name(150, FileNames.INDEX))).doesNotExist();
    }

    /**
     * Flips a bit in each field of the header, and in the body. A base offset that becomes another possible
     * one would not be detected: the checksum does not cover it.
     */
    @Test
    void aRottenByteBeforeSoundBatchesIsDamageWhateverTheCheckpointSays() throws IOException {
        for (long base : new long[] {0, 30, 40, 80, 90, 100}) { // within segments, and at their beginnings and ends
            for (int at : new int[] {0, 8, 10, 11, 16, 17, 20, 23, 26, 100}) {
                rig.storage().delete(ID);
                open();
                appendTens(12);
                rig.die();
                long segment = base / 50 * 50;
                flipBit(log(segment), (base - segment) / 10 * SIZE + at);
                open();
                String where = "byte " + at + " of the batch at " + base;
                assertThat(store.extent().readableEnd()).as(where).isEqualTo(120);
                for (long other = 0; other < 120; other += 10) {
                    if (other != base) {
                        assertThat(first(other))
                                .as(where + ", reading " + other)
                                .isEqualTo(other);
                    }
                }
                assertThatThrownBy(() -> first(base)).as(where).isInstanceOf(VarveException.class);
            }
        }
    }

    private long first(long offset) {
        try (BatchSlice slice = store.read(offset, offset + 10, SIZE)) {
            ByteBuffer bytes = slice.buffer();
            BatchValidator.validate(bytes, 0, bytes.limit());
            return BatchHeader.baseOffset(bytes, 0);
        }
    }

    @Test
    void theContentOfARecordIsNotTakenForABatchBehindATornOne() throws IOException {
        appendTens(2);
        ByteBuffer inner = Batches.batch(30, 1, SIZE, 5000);
        ByteBuffer outer = Batches.batch(20, 10, 4 * SIZE, 5000);
        outer.position(SIZE).put(inner.duplicate()).rewind();
        outer.putInt(17, (int) BatchHeader.computeCrc(outer, 0));
        store.append(Batches.run(outer));
        rig.die();
        shorten(log(20), 3 * SIZE);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(20);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void dropsSegmentsPastOneThatNeverReachedTheDevice() throws IOException {
        appendTens(17);
        rig.die();
        shorten(log(50), 0);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(50);
        assertThat(store.segments()).hasSize(2);
        assertThat(log(100)).doesNotExist();
        appendTens(1);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
    }

    @Test
    void dropsSegmentsPastOneThatReachedTheDeviceInPart() throws IOException {
        appendTens(17);
        rig.die();
        shorten(log(50), 2 * SIZE);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(70);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 70));
        assertThat(log(150)).doesNotExist();
    }

    @Test
    void dropsSegmentsPastOneWhoseNameNeverReachedTheDevice() throws IOException {
        appendTens(17);
        rig.die();
        Files.delete(log(100));
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 100));
        assertThat(store.extent().readableEnd()).isEqualTo(100);
    }

    @Test
    void keepsBatchesBehindAGapThatTheWriterLeft() {
        appendTens(3);
        store.append(Batches.run(40, 10, 4 * SIZE, 2000));
        store.append(Batches.run(1L << 32, 10, SIZE, 3000));
        sync();
        rig.die();
        open();
        assertThat(readAll(store, 0)).containsExactly(0L, 10L, 20L, 40L, 1L << 32);
    }

    @Test
    void keepsEverythingWhenTheProcessIsKilledOnly() {
        appendTens(17);
        rig.die();
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(store.extent().durableEnd()).isEqualTo(170);
    }

    @Test
    void neverTruncatesAFlippedBitBelowTheDurableEnd() throws IOException {
        appendTens(13);
        dieCheckpointed();
        flipBit(log(100), SIZE + 100);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        assertThat(Files.size(log(100))).isEqualTo(3 * SIZE);
        assertThat(readAll(store, 120)).containsExactly(120L);
        appendTens(1);
        assertThat(readAll(store, 120)).containsExactly(120L, 130L);
    }

    @Test
    void servesTheSoundBatchesAroundADestroyedHeader() throws IOException {
        appendTens(14);
        dieCheckpointed();
        Files.delete(file(FileNames.name(100, FileNames.INDEX)));
        write(log(100), SIZE, new byte[61]);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(140);
        assertThat(readAll(store, 129)).containsExactly(120L, 130L);
        assertThatThrownBy(() -> store.read(110, Long.MAX_VALUE, 0))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(StorageException.Kind.CORRUPT))
                .hasMessageContaining(log(100).toString())
                .hasMessageContaining("byte " + SIZE);
    }

    @Test
    void neverAssignsOffsetsOfLostDurableRecordsAgain() throws IOException {
        appendTens(13);
        dieCheckpointed();
        shorten(log(100), SIZE);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        assertThat(readAll(store, 100)).containsExactly(100L);
        appendTens(1);
        assertThat(readAll(store, 100)).containsExactly(100L, 130L);
        rig.reopen();
        store = rig.storage().open(ID, 1, SMALL);
        assertThat(readAll(store, 100)).containsExactly(100L, 130L);
    }

    @Test
    void scansOnlyPastTheCheckpointAfterACrash() throws IOException {
        appendTens(13);
        dieCheckpointed();
        flipBit(log(0), 150);
        flipBit(log(50), 150);
        flipBit(log(100), 150);
        byte[] before = Files.readAllBytes(log(100));
        open();
        assertThat(store.extent().durableEnd()).isEqualTo(130);
        assertThat(Files.readAllBytes(log(100))).isEqualTo(before);
        assertThat(readAll(store, 110)).containsExactly(110L, 120L);
    }

    @Test
    void readsNoBodiesAfterACleanStop() throws IOException {
        appendTens(13);
        rig.stop();
        for (long base : new long[] {0, 50}) {
            write(log(base), 0, new byte[5 * SIZE]);
        }
        write(log(100), 61, new byte[SIZE - 61]);
        open();
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        assertThat(store.segments()).hasSize(3);
        assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(1040);
        assertThat(readAll(store, 110)).containsExactly(110L, 120L);
    }

    @Test
    void rebuildsMissingIndexes() throws IOException {
        appendTens(17);
        rig.stop();
        byte[] index = Files.readAllBytes(file(FileNames.name(50, FileNames.INDEX)));
        byte[] times = Files.readAllBytes(file(FileNames.name(50, FileNames.TIME_INDEX)));
        for (long base : new long[] {0, 50, 150}) {
            Files.delete(file(FileNames.name(base, FileNames.INDEX)));
            Files.delete(file(FileNames.name(base, FileNames.TIME_INDEX)));
        }
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(store.offsetAt(1055).baseOffset()).isEqualTo(60);
        assertThat(store.offsetAt(1160).baseOffset()).isEqualTo(160);
        assertThat(Files.readAllBytes(file(FileNames.name(50, FileNames.INDEX))))
                .isEqualTo(index);
        assertThat(Files.readAllBytes(file(FileNames.name(50, FileNames.TIME_INDEX))))
                .isEqualTo(times);
    }

    @Test
    void readsPastADamagedIndex() throws IOException {
        appendTens(17);
        rig.stop();
        Path index = file(FileNames.name(50, FileNames.INDEX));
        write(index, 4, new byte[] {0, 0, 1, 99});
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        for (long offset = 0; offset < 170; offset++) {
            assertThat(readAll(store, offset)).isEqualTo(tens(offset - offset % 10, 170));
        }
    }

    @Test
    void recoversAfterADeathInTheMiddleOfARoll() {
        appendTens(5);
        dieAt(FileFailPoints.ROLL_BEFORE_CREATE, () -> appendTens(1));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 50));
        dieAt(FileFailPoints.ROLL_AFTER_LOG, () -> appendTens(1));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 50));
        appendTens(6);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 110));
        dieAt(FileFailPoints.APPEND_BEFORE_WRITE, () -> appendTens(1));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 110));
    }

    @Test
    void aTruncationInterruptedAnywhereCanBeRepeated() {
        for (String place : new String[] {
            FileFailPoints.CHECKPOINT_BEFORE_RENAME,
            FileFailPoints.CHECKPOINT_AFTER_RENAME,
            FileFailPoints.TRUNCATE_BEFORE_FILES,
            FileFailPoints.TRUNCATE_AFTER_CUT
        }) {
            rig.storage().delete(ID);
            store = rig.storage().open(ID, 1, SMALL);
            appendTens(17);
            sync();
            rig.reopen();
            open();
            dieAt(place, () -> store.truncateTo(66));
            boolean happened = place.equals(FileFailPoints.TRUNCATE_AFTER_CUT);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, happened ? 60 : 170));
            store.truncateTo(66);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
            rig.die();
            open();
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
        }
    }

    @Test
    void emptyingInterruptedAnywhereNeverAssignsOffsetsAgain() {
        for (String place : new String[] {FileFailPoints.EMPTY_BEFORE_FILES, FileFailPoints.EMPTY_BEFORE_CREATE}) {
            for (int beyond : new int[] {0, 7}) {
                appendTens(17);
                sync();
                long end = store.extent().readableEnd() + beyond;
                dieAt(place, () -> store.trimTo(end));
                assertThat(store.extent().readableEnd()).isEqualTo(end);
                store.trimTo(end); // which may not have lasted
                assertThat(store.extent().start()).isEqualTo(end);
                appendTens(1);
                assertThat(readAll(store, end)).containsExactly(end);
            }
        }
    }
}
