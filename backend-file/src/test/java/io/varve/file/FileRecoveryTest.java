// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileRecoveryTest extends FileTestBase {
    @Test
    void cutsATornTailAtTheLastWholeBatch() throws IOException {
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
    void cutsAZeroFilledTail() throws IOException {
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
        flipBit(log(50), 3 * SIZE + 100);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 80));
        assertThat(store.segments()).hasSize(2);
        assertThat(log(100)).doesNotExist();
        assertThat(file(Layout.name(150, Layout.INDEX))).doesNotExist();
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
    void neverCutsAFlippedBitBelowTheDurableEnd() throws IOException {
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
    void servesWhatIsSoundAroundADestroyedHeader() throws IOException {
        appendTens(14);
        dieCheckpointed();
        Files.delete(file(Layout.name(100, Layout.INDEX)));
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
    void neverGivesOutOffsetsOfLostDurableRecordsAgain() throws IOException {
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
        byte[] index = Files.readAllBytes(file(Layout.name(50, Layout.INDEX)));
        byte[] times = Files.readAllBytes(file(Layout.name(50, Layout.TIME_INDEX)));
        for (long base : new long[] {0, 50, 150}) {
            Files.delete(file(Layout.name(base, Layout.INDEX)));
            Files.delete(file(Layout.name(base, Layout.TIME_INDEX)));
        }
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(store.offsetAt(1055).baseOffset()).isEqualTo(60);
        assertThat(store.offsetAt(1160).baseOffset()).isEqualTo(160);
        assertThat(Files.readAllBytes(file(Layout.name(50, Layout.INDEX)))).isEqualTo(index);
        assertThat(Files.readAllBytes(file(Layout.name(50, Layout.TIME_INDEX)))).isEqualTo(times);
    }

    @Test
    void readsPastADamagedIndex() throws IOException {
        appendTens(17);
        rig.stop();
        Path index = file(Layout.name(50, Layout.INDEX));
        write(index, 4, new byte[] {0, 0, 1, 99});
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        for (long offset = 0; offset < 170; offset++) {
            assertThat(readAll(store, offset)).isEqualTo(tens(offset - offset % 10, 170));
        }
    }

    @Test
    void aCheckpointThatCannotBeReadMeansAFullScan() throws IOException {
        appendTens(13);
        dieCheckpointed();
        Files.writeString(rig.directory.resolve(Layout.RECOVERY_POINTS), "0\n7\nnonsense\n");
        flipBit(log(100), SIZE + 100);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 110));
    }

    @Test
    void recoversAfterADeathInTheMiddleOfARoll() {
        appendTens(5);
        dieAt(FailPointNames.ROLL_BEFORE_CREATE, () -> appendTens(1));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 50));
        dieAt(FailPointNames.ROLL_AFTER_LOG, () -> appendTens(1));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 50));
        appendTens(6);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 110));
        dieAt(FailPointNames.APPEND_BEFORE_WRITE, () -> appendTens(1));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 110));
    }

    @Test
    void aTruncationInterruptedAnywhereCanBeRepeated() {
        for (String place : new String[] {
            FailPointNames.CHECKPOINT_BEFORE_RENAME,
            FailPointNames.CHECKPOINT_AFTER_RENAME,
            FailPointNames.TRUNCATE_BEFORE_FILES,
            FailPointNames.TRUNCATE_BEFORE_CUT
        }) {
            rig.storage().delete(ID);
            store = rig.storage().open(ID, 1, SMALL);
            appendTens(17);
            sync();
            rig.reopen();
            open();
            dieAt(place, () -> store.truncateTo(66));
            assertThat(readAll(store, 0)).startsWith(tens(0, 60).toArray(new Long[0]));
            store.truncateTo(66);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
            rig.die();
            open();
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
        }
    }

    @Test
    void emptyingInterruptedAnywhereNeverGivesOutOffsetsAgain() {
        for (String place : new String[] {FailPointNames.EMPTY_BEFORE_FILES, FailPointNames.EMPTY_BEFORE_CREATE}) {
            appendTens(17);
            sync();
            long end = store.extent().readableEnd();
            dieAt(place, () -> store.trimTo(end));
            assertThat(store.extent().readableEnd()).isEqualTo(end);
            store.trimTo(end);
            assertThat(store.extent().start()).isEqualTo(end);
            assertThat(store.extent().readableEnd()).isEqualTo(end);
            appendTens(1);
            assertThat(readAll(store, end)).containsExactly(end);
        }
    }
}
