// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.FileNames;
import io.varve.file.segment.OffsetIndex;
import io.varve.file.segment.TimeIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that index entries of the active segment are in memory first, and what becomes of them. */
class IndexBlockTest extends FileTestBase {
    /** One segment, an index entry for each batch but the first. */
    private static final PartitionSettings LARGE =
            PartitionSettings.of(new SegmentLimits(1 << 30, Long.MAX_VALUE, 0, 1 << 20));

    private static final int TOGETHER = 256;

    private final Path index = file(FileNames.name(0, FileNames.INDEX));
    private final Path times = file(FileNames.name(0, FileNames.TIME_INDEX));

    @BeforeEach
    void openLarge() {
        store.settings(LARGE);
    }

    private long entries() throws IOException {
        assertThat(Files.size(times) / TimeIndex.ENTRY).isEqualTo(Files.size(index) / OffsetIndex.ENTRY);
        return Files.size(index) / OffsetIndex.ENTRY;
    }

    private void findsEverything(int batches) {
        for (long base = 0; base < batches * 10L; base += 10) {
            assertThat(readAll(store, base + 9)).startsWith(base);
            assertThat(store.offsetAt(1000 + base).baseOffset()).isEqualTo(base);
        }
        assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(1000 + (batches - 1) * 10L);
    }

    @Test
    void entriesAreWrittenByTheBlock() throws IOException {
        appendTens(TOGETHER);
        assertThat(entries()).isZero();
        appendTens(1);
        assertThat(entries()).isEqualTo(TOGETHER);
        appendTens(100);
        assertThat(entries()).isEqualTo(TOGETHER);
    }

    @Test
    void entriesInMemoryAndInTheFileAreFound() {
        appendTens(7);
        findsEverything(7);
        appendTens(TOGETHER);
        findsEverything(TOGETHER + 7);
    }

    @Test
    void largeBatchesDoNotLeaveMuchOfTheLogToBeReadAgain() throws IOException {
        for (int i = 0; i < 5; i++) {
            store.append(Batches.run(i * 10L, 10, 1 << 19, 1000 + i));
        }
        assertThat(entries()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aDeathLosesNothingButTheEntries() throws IOException {
        appendTens(TOGETHER + 50);
        sync();
        appendTens(50);
        rig.die();
        assertThat(entries()).isEqualTo(TOGETHER);
        store = rig.storage().open(ID, 1, LARGE);
        findsEverything(TOGETHER + 100);
        rig.stop();
        assertThat(index).isNotEmptyFile();
        store = rig.storage().open(ID, 1, LARGE);
        findsEverything(TOGETHER + 100);
    }

    @Test
    void aSealAndACleanStopWriteWhatIsInMemory() throws IOException {
        appendTens(21);
        store.seal();
        assertThat(entries()).isEqualTo(20);
        appendTens(11);
        rig.stop();
        assertThat(Files.size(file(FileNames.name(210, FileNames.INDEX)))).isEqualTo(10 * OffsetIndex.ENTRY);
        store = rig.storage().open(ID, 1, LARGE);
        findsEverythingFrom(210, 32);
    }

    private void findsEverythingFrom(long from, int batches) {
        for (long base = from; base < batches * 10L; base += 10) {
            assertThat(readAll(store, base)).startsWith(base);
            assertThat(store.offsetAt(1000 + base).baseOffset()).isEqualTo(base);
        }
    }

    @Test
    void aTruncationKeepsTheEntriesOfWhatItKeeps() throws IOException {
        appendTens(100);
        store.truncateTo(500);
        assertThat(entries()).isEqualTo(49);
        findsEverything(50);
        appendTens(TOGETHER);
        findsEverything(50 + TOGETHER);
    }

    @Test
    void theNewestBatchThatATruncationKeepsIsIndexedWhereItIs() throws IOException {
        store.settings(PartitionSettings.of(new SegmentLimits(1 << 30, Long.MAX_VALUE, 3 * SIZE, 1 << 20)));
        appendTens(100);
        store.truncateTo(70);
        for (int i = 0; i < 20; i++) {
            store.append(Batches.run(70 + i * 10L, 10, SIZE, 500)); // older, so that the newest is one that was kept
        }
        rig.stop();
        store = rig.storage().open(ID, 1, LARGE);
        assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(1060);
        assertThat(store.offsetAt(1060).baseOffset()).isEqualTo(60);
        assertThat(times).isNotEmptyFile(); // an index that contradicts the log would be gone
    }
}
