// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Prevents writes of files, by a directory in a file's place, and checks that the partition goes on or
 * becomes read-only.
 */
class FileFaultsTest extends FileTestBase {
    private final Path checkpoint = rig.directory.resolve(FileNames.START_OFFSETS + FileNames.TEMPORARY);

    @Test
    void aTrimWhoseCheckpointCannotBeWrittenKeepsThePartitionGoing() throws IOException {
        appendTens(12);
        sync();
        Files.createDirectories(checkpoint.resolve("x"));
        store.trimTo(20);
        appendTens(1);
        StorageException failure =
                rig.storage().sync(List.of(store)).byPartition().get(ID);
        assertThat(failure.kind()).isEqualTo(StorageException.Kind.RETRY);
        assertThat(store.extent().durableEnd()).isEqualTo(130);
        Disk.removeTree(checkpoint);
        sync();
        rig.die();
        open();
        assertThat(store.extent().start()).isEqualTo(20);
    }

    @Test
    void trimsEverythingThoughThereIsNoSpaceForACheckpoint() throws IOException {
        appendTens(3);
        sync();
        Files.createDirectories(checkpoint.resolve("x"));
        store.trimTo(30);
        assertThat(log(0)).doesNotExist();
        appendTens(1);
        assertThat(readAll(store, 30)).containsExactly(30L);
        rig.die();
        Disk.removeTree(checkpoint);
        open();
        assertThat(store.extent().start()).isEqualTo(30);
        assertThat(readAll(store, 30)).containsExactly(30L);
    }

    @Test
    void startsASegmentThatCouldNotBeCreatedBefore() throws IOException {
        appendTens(5);
        Path inTheWay = file(FileNames.name(50, FileNames.INDEX));
        Files.createDirectory(inTheWay);
        assertThatThrownBy(() -> appendTens(1)).isInstanceOf(StorageException.class);
        Files.deleteIfExists(inTheWay);
        appendTens(1);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 60));
    }

    @Test
    void aTruncationThatFailsHalfWayMakesThePartitionReadOnlyUntilTheNextStart() throws IOException {
        appendTens(7);
        sync();
        Path inTheWay = file(FileNames.name(50, FileNames.INDEX));
        Files.delete(inTheWay);
        Files.createDirectories(inTheWay.resolve("x"));
        assertThatThrownBy(() -> store.truncateTo(20)).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> appendTens(1))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.FULL));
        Disk.removeTree(inTheWay);
        rig.die();
        open();
        store.truncateTo(20);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void doesNotTrustTheIndexesOfASegmentThatEndsAtTheRecoveryPoint() throws IOException {
        appendTens(5);
        dieCheckpointed();
        open();
        appendTens(1); // begins the next segment; nothing has forced the indexes of the first since it was sealed
        rig.die();
        shorten(file(FileNames.name(0, FileNames.TIME_INDEX)), 0);
        open();
        assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(1040);
        assertThat(store.offsetAt(1030).baseOffset()).isEqualTo(30);
    }

    @Test
    void acceptsNothingWhileItCloses() {
        appendTens(1);
        rig.failPoints.arm(
                FileFailPoints.CLOSE_BEFORE_MARKER,
                () -> assertThatThrownBy(() -> appendTens(1))
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED)));
        rig.stop();
        rig.failPoints.disarm(FileFailPoints.CLOSE_BEFORE_MARKER);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 10));
    }
}
