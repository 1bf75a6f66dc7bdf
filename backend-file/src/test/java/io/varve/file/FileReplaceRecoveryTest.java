// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FileReplaceRecoveryTest extends FileTestBase {
    static BatchSource of(long... bases) {
        Iterator<BatchRun> runs = Stream.of(
                        java.util.Arrays.stream(bases).boxed().toArray(Long[]::new))
                .map(base -> Batches.run(base, 10, SIZE, 1000 + base))
                .iterator();
        return () -> runs.hasNext() ? runs.next() : null;
    }

    private void replaceDyingAt(String place) {
        appendTens(17);
        sync();
        dieAt(place, () -> store.replace(store.segments().subList(0, 2), of(30, 70)));
    }

    private void leavesNoTrace() throws IOException {
        try (Stream<java.nio.file.Path> files = Files.list(file("."))) {
            assertThat(files.map(java.nio.file.Path::toString))
                    .noneMatch(name -> name.endsWith(FileNames.SWAP)
                            || name.endsWith(FileNames.CLEANED)
                            || name.endsWith(FileNames.DELETED)
                            || name.endsWith(FileNames.TEMPORARY));
        }
    }

    @Test
    void beforeTheCommitPointTheOldSegmentsStay() throws IOException {
        replaceDyingAt(FileFailPoints.REPLACE_BEFORE_SWAP);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        leavesNoTrace();
    }

    @Test
    void afterTheCommitPointTheNewBatchesReplaceThem() throws IOException {
        replaceDyingAt(FileFailPoints.REPLACE_AFTER_SWAP);
        assertThat(readAll(store, 0)).isEqualTo(List.of(30L, 70L, 100L, 110L, 120L, 130L, 140L, 150L, 160L));
        leavesNoTrace();
    }

    @Test
    void aGapItLeavesIsNotTakenForLostBatches() {
        appendTens(17);
        store.replace(store.segments().subList(0, 2), of(30, 70));
        rig.die();
        open();
        assertThat(readAll(store, 0)).isEqualTo(List.of(30L, 70L, 100L, 110L, 120L, 130L, 140L, 150L, 160L));
    }

    @Test
    void whenOnlyTheLastRenameIsMissingTheNewBatchesReplaceThem() throws IOException {
        replaceDyingAt(FileFailPoints.REPLACE_BEFORE_FINISH);
        assertThat(readAll(store, 0)).isEqualTo(List.of(30L, 70L, 100L, 110L, 120L, 130L, 140L, 150L, 160L));
        assertThat(readAll(store, 31)).startsWith(30L, 70L, 100L);
        assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(1070);
        leavesNoTrace();
    }
}
