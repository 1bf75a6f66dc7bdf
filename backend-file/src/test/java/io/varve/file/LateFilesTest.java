// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Of many new partitions most get their files when they are used, or in the background: here, not before
 * {@link #background}.
 */
class LateFilesTest extends FileTestBase {
    private static final List<PartitionId> MANY = IntStream.range(0, 40)
            .mapToObj(i -> new PartitionId("new", new UUID(3, 9), i))
            .toList();
    private static final PartitionId LATE = MANY.get(39);

    private VirtualTime time;

    @Override
    @BeforeEach
    public void open() {
        time = new VirtualTime(0);
        rig.runsIn(time);
        rig.storage().create(MANY);
        assertThat(directory(MANY.get(0))).isDirectory();
        assertThat(directory(LATE)).doesNotExist();
    }

    private void background() {
        time.advance(1_000);
    }

    private Path directory(PartitionId id) {
        return rig.directory.resolve(id.toString());
    }

    private PartitionStore openLate() {
        return rig.storage().open(LATE, 1, SMALL);
    }

    private void appendAndSync(PartitionStore to) {
        to.append(Batches.run(to.extent().readableEnd(), 10, SIZE, 5));
        assertThat(rig.storage().sync(List.of(to)).byPartition()).isEmpty();
    }

    @Test
    void aPartitionWithoutFilesIsEmpty() {
        PartitionStore late = openLate();
        assertThat(late.extent().readableEnd()).isZero();
        assertThat(readAll(late, 0)).isEmpty();
        assertThat(late.offsetAt(0)).isNull();
        assertThat(late.segments()).hasSize(1).allMatch(segment -> segment.bytes() == 0);
        assertThat(late.snapshots().names()).isEmpty();
        assertThat(rig.storage().sync(List.of(late)).byPartition()).isEmpty();
        assertThat(directory(LATE)).doesNotExist();
    }

    @Test
    void theFirstAppendMakesTheFiles() {
        appendAndSync(openLate());
        assertThat(directory(LATE)).isDirectoryContaining(file -> file.endsWith(FileNames.METADATA));
        background();
        rig.kill();
        assertThat(readAll(openLate(), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void eachOtherWriteMakesTheFiles() {
        PartitionStore trimmed = rig.storage().open(MANY.get(30), 1, SMALL);
        trimmed.trimTo(7);
        PartitionStore truncated = rig.storage().open(MANY.get(31), 1, SMALL);
        truncated.truncateTo(0);
        PartitionStore sealed = rig.storage().open(MANY.get(32), 1, SMALL);
        sealed.seal();
        PartitionStore noted = rig.storage().open(MANY.get(33), 1, SMALL);
        noted.snapshots().write("note", 0, ByteBuffer.wrap(new byte[] {1}));
        background();
        rig.reopen();
        assertThat(rig.storage().open(MANY.get(30), 1, SMALL).extent().start()).isEqualTo(7);
        for (int i = 31; i < 34; i++) {
            appendAndSync(rig.storage().open(MANY.get(i), 1, SMALL));
        }
        assertThat(rig.storage().open(MANY.get(33), 2, SMALL).snapshots().offsets("note"))
                .containsExactly(0L);
    }

    @Test
    void theBackgroundMakesAllFiles() throws IOException {
        background();
        for (PartitionId id : MANY) {
            assertThat(directory(id).resolve(FileNames.METADATA))
                    .hasContent("version: 0\ntopic_id: AAAAAAAAAAMAAAAAAAAACQ");
            assertThat(Files.size(directory(id).resolve(FileNames.name(0, FileNames.LOG))))
                    .isZero();
        }
        appendAndSync(openLate());
        rig.kill();
        assertThat(readAll(openLate(), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void aCrashBeforeTheFilesLosesNoPartition() {
        rig.die();
        assertThat(rig.storage().partitions()).containsAll(MANY);
        assertThat(openLate().extent().readableEnd()).isZero();
    }

    @Test
    void aCloseBeforeTheFilesLosesNoPartition() {
        PartitionStore early = rig.storage().open(MANY.get(0), 1, SMALL);
        appendAndSync(early);
        rig.reopen();
        assertThat(rig.directory.resolve(FileNames.CLEAN_SHUTDOWN)).doesNotExist();
        assertThat(rig.storage().partitions()).containsAll(MANY);
        appendAndSync(openLate());
        background();
        rig.kill();
        assertThat(readAll(openLate(), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void aDeletedPartitionGetsNoFiles() {
        openLate();
        rig.storage().deleteAll(MANY);
        background();
        MANY.forEach(id -> assertThat(directory(id)).doesNotExist());
        rig.die();
        assertThat(rig.storage().partitions()).isEmpty();
    }

    @Test
    void theNextPartitionOfADeletedOnesNameGetsItsOwnFiles() {
        rig.storage().delete(LATE);
        PartitionId next = new PartitionId(LATE.topic(), new UUID(4, 4), LATE.partition());
        rig.storage().create(List.of(next));
        background();
        assertThat(directory(LATE).resolve(FileNames.METADATA)).content().contains("topic_id: AAAAAAAAAAQAAAAAAAAABA");
        rig.die();
        assertThat(rig.storage().partitions()).contains(next).doesNotContain(LATE);
    }

    @Test
    void aDeletionThatFailsLeavesAPartitionThatGoesOn() {
        PartitionStore late = openLate();
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_FORCE, LateFilesTest::fail);
        rig.failPoints.arm(FileFailPoints.CREATIONS_BEFORE_FORCE, LateFilesTest::fail);
        assertThatThrownBy(() -> rig.storage().delete(LATE)).isInstanceOf(StorageException.class);
        rig.failPoints.disarm(FileFailPoints.DELETE_BEFORE_FORCE);
        rig.failPoints.disarm(FileFailPoints.CREATIONS_BEFORE_FORCE);
        appendAndSync(late);
        background();
        rig.kill();
        assertThat(readAll(openLate(), 0)).isEqualTo(tens(0, 10));
    }

    private static void fail() {
        throw new UncheckedIOException(new IOException("the device fails"));
    }

    @Test
    void whatIsInTheWayIsNamedAndTheNextWriteTriesAgain() throws IOException {
        PartitionStore late = openLate();
        Files.writeString(directory(LATE), "a file");
        background();
        assertThatThrownBy(() -> late.append(Batches.run(0, 10, SIZE, 5)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(directory(LATE).toString());
        assertThat(directory(MANY.get(38))).isDirectory();
        Files.delete(directory(LATE));
        appendAndSync(late);
        rig.kill();
        assertThat(readAll(openLate(), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void aCreationThatFailedHalfWayIsGoneOnWith() {
        PartitionStore late = openLate();
        rig.failPoints.arm(FileFailPoints.CREATE_BEFORE_METADATA, LateFilesTest::fail);
        assertThatThrownBy(() -> late.append(Batches.run(0, 10, SIZE, 5))).isInstanceOf(RuntimeException.class);
        background();
        rig.failPoints.disarm(FileFailPoints.CREATE_BEFORE_METADATA);
        appendAndSync(late);
        rig.kill();
        assertThat(readAll(openLate(), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void aDirectoryThatIsThereBeforeIsLookedAtFirst() throws IOException {
        PartitionId taken = new PartitionId("other", new UUID(5, 5), 30);
        Files.writeString(Files.createDirectory(directory(taken)).resolve("notes"), "not ours");
        List<PartitionId> others = IntStream.range(0, 40)
                .mapToObj(i -> new PartitionId("other", new UUID(5, 5), i))
                .toList();
        assertThatThrownBy(() -> rig.storage().create(others))
                .hasMessageContaining(directory(taken) + " is in the way");
        background();
        assertThat(directory(others.get(0))).doesNotExist();
        assertThat(rig.storage().partitions()).doesNotContainAnyElementsOf(others);
    }
}
