// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.OffsetCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** New partitions survive a power cut by the list of creations, until their first batches are durable. */
class PartitionCreationTest extends FileTestBase {
    private static final int MANY = 100;

    private static List<PartitionId> ids(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> new PartitionId("new", new UUID(3, 9), i))
                .toList();
    }

    private Path directory(PartitionId id) {
        return rig.directory.resolve(id.toString());
    }

    private Path list() {
        return rig.directory.resolve(FileNames.CREATIONS);
    }

    private PartitionStore openNew(PartitionId id) {
        return rig.storage().open(id, 1, SMALL);
    }

    private void appendAndSync(PartitionStore to) {
        to.append(Batches.run(to.extent().readableEnd(), 10, SIZE, 5));
        assertThat(rig.storage().sync(List.of(to)).byPartition()).isEmpty();
    }

    @Test
    void oneForceMakesManyPartitionsDurable() {
        AtomicInteger forces = new AtomicInteger();
        rig.failPoints.arm(FileFailPoints.CREATIONS_BEFORE_FORCE, forces::incrementAndGet);
        rig.failPoints.arm(FileFailPoints.SETTLE_BEFORE_METADATA, forces::incrementAndGet);
        rig.storage().create(ids(MANY));
        ids(MANY).forEach(this::openNew);
        assertThat(forces).hasValue(1);
    }

    @Test
    void makesAnewWhatAPowerCutHasTaken() throws IOException {
        rig.storage().create(ids(4));
        rig.die();
        FileRig.lose(directory(ids(4).get(0)));
        Files.delete(directory(ids(4).get(1)).resolve(FileNames.METADATA));
        Files.writeString(directory(ids(4).get(2)).resolve(FileNames.METADATA), "version: 0\n");
        Files.delete(directory(ids(4).get(3)).resolve(FileNames.name(0, FileNames.LOG)));
        for (PartitionId id : ids(4)) {
            assertThat(rig.storage().partitions()).contains(id);
            PartitionStore again = openNew(id);
            assertThat(again.extent().readableEnd()).isZero();
            appendAndSync(again);
        }
        rig.kill();
        for (PartitionId id : ids(4)) {
            assertThat(readAll(openNew(id), 0)).isEqualTo(tens(0, 10));
        }
    }

    @Test
    void keepsBytesThatGotToTheDeviceWithoutTheMetadataFile() throws IOException {
        PartitionId id = ids(1).get(0);
        PartitionStore unsynced = openNew(id);
        unsynced.append(Batches.run(0, 10, SIZE, 5));
        rig.die();
        Files.delete(directory(id).resolve(FileNames.METADATA));
        assertThat(readAll(openNew(id), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void survivesAPowerCutAfterAProperClose() {
        rig.storage().create(ids(2));
        rig.stop();
        FileRig.lose(directory(ids(2).get(1)));
        for (PartitionId id : ids(2)) {
            PartitionStore again = openNew(id);
            assertThat(again.extent().readableEnd()).isZero();
            appendAndSync(again);
        }
    }

    @Test
    void aPartitionThatHeldDurableRecordsIsNotMadeAnew() {
        PartitionId id = ids(1).get(0);
        appendAndSync(openNew(id));
        rig.reopen();
        rig.die();
        FileRig.lose(directory(id));
        assertThat(rig.storage().partitions()).doesNotContain(id);
    }

    @Test
    void aKillWhileAStartSettlesAPartitionAgainLosesNothing() {
        PartitionId id = ids(1).get(0);
        appendAndSync(openNew(id));
        rig.failPoints.arm(FileFailPoints.CREATIONS_BEFORE_RENAME, PartitionCreationTest::end);
        assertThatThrownBy(rig::stop).isInstanceOf(UncheckedIOException.class);
        rig.forget(); // with a recovery point in the checkpoints, and a line in the list
        rig.failPoints.disarm(FileFailPoints.CREATIONS_BEFORE_RENAME);
        rig.failPoints.arm(FileFailPoints.SETTLE_BEFORE_RENAME, PartitionCreationTest::end);
        assertThatThrownBy(() -> openNew(id)).isInstanceOf(RuntimeException.class);
        rig.failPoints.disarm(FileFailPoints.SETTLE_BEFORE_RENAME);
        assertThat(readAll(openNew(id), 0)).isEqualTo(tens(0, 10));
    }

    private static void end() {
        throw new UncheckedIOException(new IOException("the process ends here"));
    }

    @Test
    void theListForgetsSettledPartitions() throws IOException {
        rig.storage().create(ids(MANY));
        appendAndSync(openNew(ids(MANY).get(7)));
        rig.reopen();
        assertThat(Files.readAllLines(list()))
                .hasSize(MANY + 1) // the version and the empty partition of every test are there too
                .noneMatch(line -> line.startsWith("+ new 7 "));
    }

    @Test
    void aDeletedPartitionDoesNotComeBack() {
        rig.storage().create(ids(3));
        appendAndSync(openNew(ids(3).get(1)));
        rig.storage().delete(ids(3).get(0));
        rig.storage().delete(ids(3).get(1));
        rig.kill();
        assertThat(rig.storage().partitions()).contains(ids(3).get(2)).doesNotContain(ids(3).get(0), ids(3).get(1));
    }

    @Test
    void aNewPartitionOfADeletedOnesNameIsAnother() {
        PartitionId first = ids(1).get(0);
        PartitionId second = new PartitionId(first.topic(), new UUID(4, 4), first.partition());
        openNew(first);
        rig.storage().delete(first);
        openNew(second);
        rig.kill();
        assertThat(rig.storage().partitions()).contains(second).doesNotContain(first);
    }

    @Test
    void aFailedForceOfTheListCreatesNothingAndIsNotBelieved() {
        rig.storage().create(ids(1));
        rig.failPoints.arm(FileFailPoints.CREATIONS_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("the device fails"));
        });
        assertThatThrownBy(() -> rig.storage().create(ids(3))).isInstanceOf(StorageException.class);
        rig.failPoints.disarm(FileFailPoints.CREATIONS_BEFORE_FORCE);
        assertThat(directory(ids(3).get(2))).doesNotExist();
        List<String> passed = new ArrayList<>();
        rig.failPoints.arm(FileFailPoints.CREATIONS_BEFORE_RENAME, () -> passed.add("written as a whole"));
        rig.storage().create(ids(3));
        assertThat(passed).hasSize(1);
        rig.kill();
        assertThat(rig.storage().partitions()).containsAll(ids(3));
    }

    @Test
    void aTornLineEndsTheList() throws IOException {
        rig.storage().create(ids(2));
        rig.die();
        Files.writeString(list(), "+ new 9 AAAAAAAAAAMAAAAAAAAAC", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        ids(2).forEach(id -> FileRig.lose(directory(id)));
        assertThat(rig.storage().partitions()).containsAll(ids(2));
        rig.storage().create(ids(3));
        rig.kill();
        assertThat(rig.storage().partitions()).containsAll(ids(3));
    }

    @Test
    void aSyncSettlesBeforeItCallsARecordDurable() {
        PartitionStore fresh = openNew(ids(1).get(0));
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_DIRECTORY, () -> {
            throw new UncheckedIOException(new IOException("the device fails"));
        });
        fresh.append(Batches.run(0, 10, SIZE, 5));
        assertThat(rig.storage().sync(List.of(fresh)).byPartition()).hasSize(1);
        assertThat(fresh.extent().durableEnd()).isZero();
    }

    @Test
    void aDirectoryWithBytesIsInTheWayOfAllAndIsLeftAsItIs() throws IOException {
        Path notes = Files.createDirectory(directory(ids(MANY).get(40))).resolve("notes");
        Files.writeString(notes, "not ours");
        assertThatThrownBy(() -> rig.storage().create(ids(MANY)))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.MISUSE))
                .hasMessageContaining(notes.getParent() + " is in the way")
                .hasMessageContaining("notes");
        assertThat(notes).hasContent("not ours");
        assertThat(ids(MANY).stream().map(this::directory).filter(Files::exists))
                .containsExactly(notes.getParent());
        Files.delete(notes);
        rig.storage().create(ids(MANY));
        assertThat(rig.storage().partitions()).containsAll(ids(MANY));
    }

    @Test
    void aFileOfTheDirectorysNameIsInTheWay() throws IOException {
        Files.writeString(directory(ids(1).get(0)), "a file");
        assertThatThrownBy(() -> rig.storage().create(ids(2)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(directory(ids(1).get(0)).toString());
        assertThat(directory(ids(1).get(0))).hasContent("a file");
        assertThat(directory(ids(2).get(1))).doesNotExist();
    }

    @Test
    void usesTheDirectoryOfACreationThatACrashHasCutShort() throws IOException {
        PartitionId id = ids(1).get(0);
        Files.createDirectory(directory(id));
        for (String suffix : List.of(FileNames.LOG, FileNames.INDEX)) {
            Files.createFile(directory(id).resolve(FileNames.name(0, suffix)));
        }
        Files.writeString(
                directory(id).resolve(FileNames.METADATA), "version: 0\ntopic_id: AAAAAAAAAAMAAAAAAAAACQ, and more");
        appendAndSync(openNew(id));
        assertThat(directory(id).resolve(FileNames.METADATA))
                .hasContent("version: 0\ntopic_id: AAAAAAAAAAMAAAAAAAAACQ");
        rig.kill();
        assertThat(readAll(openNew(id), 0)).isEqualTo(tens(0, 10));
    }

    @Test
    void checkpointsForgetADeletedPartitionOfTheSameName() throws IOException {
        ids(12).forEach(id -> appendAndSync(openNew(id)));
        rig.reopen();
        assertThat(recoveryPoints()).containsEntry("new-1", 10L).containsEntry("new-11", 10L);
        rig.storage().delete(ids(12).get(11));
        rig.storage().create(List.of(new PartitionId("new", new UUID(4, 4), 11)));
        assertThat(recoveryPoints()).containsEntry("new-1", 10L).doesNotContainKey("new-11");
    }

    @Test
    void checkpointsAreNotWrittenForNewNames() throws IOException {
        ids(12).forEach(id -> appendAndSync(openNew(id)));
        rig.reopen();
        AtomicInteger written = new AtomicInteger();
        rig.failPoints.arm(FileFailPoints.CHECKPOINT_BEFORE_RENAME, written::incrementAndGet);
        rig.storage().create(List.of(ids(13).get(12), new PartitionId("ew", new UUID(4, 4), 1)));
        assertThat(written).hasValue(0);
    }

    private Map<String, Long> recoveryPoints() throws IOException {
        return new OffsetCheckpoint(rig.directory.resolve(FileNames.RECOVERY_POINTS), rig.failPoints).read();
    }
}
