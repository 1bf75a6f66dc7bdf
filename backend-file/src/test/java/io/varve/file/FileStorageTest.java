// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.runtime.Ids;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.StorageProvider;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FileStorageTest extends FileTestBase {
    private static void fails(Kind kind, String saying, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(saying);
    }

    @Test
    void isFoundByItsName() {
        assertThat(ServiceLoader.load(StorageProvider.class).stream()
                        .map(provider -> provider.get().name()))
                .contains("file", "memory");
    }

    @Test
    void twoServersCannotShareADirectory() {
        fails(Kind.RETRY, rig.directory.toString(), () -> FileStorage.open(rig.context()));
        appendTens(1);
        rig.stop();
        rig.storage();
    }

    @Test
    void aDirectoryThatCannotBeUsedIsNamed() throws IOException {
        Path file = Files.createFile(rig.directory.resolve("a-file"));
        StorageContext context = new StorageContext(
                List.of(file),
                rig.properties,
                rig.context().clock(),
                rig.context().scheduler(),
                Ids.random(),
                rig.failPoints);
        fails(Kind.MISUSE, file + " is not a directory; it must be", () -> FileStorage.open(context));
    }

    @Test
    void aWrongSettingIsNamed() {
        rig.properties.put(FileConfig.OPEN_FILES, "none");
        rig.stop();
        fails(Kind.MISUSE, FileConfig.OPEN_FILES + " is 'none'", rig::storage);
        rig.properties.remove(FileConfig.OPEN_FILES);
        rig.storage();
    }

    @Test
    void writesTheTopicIdAsKafkaDoes() throws IOException {
        assertThat(file(FileNames.METADATA)).hasContent("version: 0\ntopic_id: AAAAAAAAAAcAAAAAAAAACw");
    }

    @Test
    void leavesUnknownDirectoriesAlone() throws IOException {
        appendTens(1);
        rig.stop();
        Path unknown = Files.createDirectories(rig.directory.resolve("lost+found"));
        Path unnamed = Files.createDirectories(rig.directory.resolve("orders-9"));
        Files.writeString(unnamed.resolve("00000000000000000000.log"), "precious");
        assertThat(rig.storage().partitions()).containsExactly(ID);
        assertThat(unknown).exists();
        fails(Kind.MISUSE, "orders-9", () -> rig.storage().open(new PartitionId("orders", ID.topicId(), 9), 1, SMALL));
        assertThat(unnamed.resolve("00000000000000000000.log")).hasContent("precious");
    }

    @Test
    void takesOverAnUnfinishedCreation() throws IOException {
        PartitionId half = new PartitionId("half", new UUID(1, 1), 0);
        dieAt(FileFailPoints.CREATE_BEFORE_METADATA, () -> rig.storage().open(half, 1, SMALL));
        assertThat(rig.storage().partitions()).containsExactly(ID);
        dieAt(FileFailPoints.CREATE_BEFORE_FORCE, () -> rig.storage().open(half, 1, SMALL));
        PartitionStore again = rig.storage().open(half, 1, SMALL);
        assertThat(again.extent().readableEnd()).isZero();
    }

    @Test
    void finishesADeletionAtTheNextStart() throws IOException {
        appendTens(8);
        dieAt(FileFailPoints.DELETE_BEFORE_RENAME, () -> rig.storage().delete(ID));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 80));
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_FORCE, () -> {
            throw new Crash();
        });
        assertThatThrownBy(() -> rig.storage().delete(ID)).isInstanceOf(Crash.class);
        rig.die();
        assertThat(rig.storage().partitions()).isEmpty();
        try (var left = Files.newDirectoryStream(rig.directory, "*-delete")) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDeletionThatFailsLeavesThePartitionAsItWasAndCanBeTriedAgain() throws IOException {
        appendTens(8);
        for (String place : List.of(FileFailPoints.DELETE_BEFORE_RENAME, FileFailPoints.DELETE_BEFORE_FORCE)) {
            rig.failPoints.arm(place, () -> {
                throw new java.io.UncheckedIOException(new IOException("no space for a name"));
            });
            fails(Kind.FULL, "no space for a name", () -> rig.storage().delete(ID));
            rig.failPoints.disarm(place);
            assertThat(rig.storage().partitions()).containsExactly(ID);
            appendTens(1);
            sync();
        }
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 100));
        rig.reopen();
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 100));
        rig.storage().delete(ID);
        assertThat(rig.storage().partitions()).isEmpty();
        fails(Kind.CLOSED, "was deleted", () -> appendTens(1));
    }

    @Test
    void deletesManyPartitionsByOneForce() {
        List<PartitionId> many = createMany();
        AtomicInteger forces = new AtomicInteger();
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_FORCE, forces::incrementAndGet);
        rig.failPoints.arm(FileFailPoints.CREATIONS_BEFORE_FORCE, forces::incrementAndGet);
        assertThat(rig.storage().deleteAll(many)).isEmpty();
        assertThat(forces).as("of the names, and of the list of creations").hasValue(2);
        assertThat(rig.storage().partitions()).containsExactly(ID);
    }

    @Test
    void whatFailsForOnePartitionDoesNotKeepTheOthersFromBeingDeleted() {
        List<PartitionId> many = createMany();
        AtomicInteger renames = new AtomicInteger();
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_RENAME, () -> {
            if (renames.incrementAndGet() == 3) {
                throw new java.io.UncheckedIOException(new IOException("no space for a name"));
            }
        });
        assertThat(rig.storage().deleteAll(many)).hasSize(1).allSatisfy((id, refused) -> {
            assertThat(refused.kind()).isEqualTo(Kind.FULL);
            assertThat(rig.storage().partitions()).containsExactlyInAnyOrder(ID, id);
            assertThat(rig.storage().open(id, 1, SMALL).extent().readableEnd()).isZero();
        });
    }

    @Test
    void aForceThatFailsLeavesAllPartitionsAsTheyWere() {
        List<PartitionId> many = createMany();
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_FORCE, () -> {
            throw new java.io.UncheckedIOException(new IOException("no space for a name"));
        });
        assertThat(rig.storage().deleteAll(many)).containsOnlyKeys(many);
        rig.failPoints.disarm(FileFailPoints.DELETE_BEFORE_FORCE);
        assertThat(rig.storage().partitions()).containsAll(many);
        rig.die();
        assertThat(rig.storage().partitions()).containsAll(many);
        assertThat(rig.storage().open(many.get(0), 1, SMALL).extent().readableEnd())
                .isZero();
    }

    private List<PartitionId> createMany() {
        List<PartitionId> many = IntStream.range(0, 20)
                .mapToObj(i -> new PartitionId("many", new UUID(1, 5), i))
                .toList();
        rig.storage().create(many);
        return many;
    }

    @Test
    void abandoningTwiceLogsNothing() {
        FileStorage storage = (FileStorage) rig.storage();
        rig.stop();
        assertThat(LogLines.of(storage::abandon)).isEmpty();
    }

    @Test
    void aFailedSyncStopsAppendsOfThatPartitionOnly() throws IOException {
        PartitionStore other = rig.storage().open(new PartitionId("other", new UUID(1, 1), 0), 1, SMALL);
        appendTens(2);
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new java.io.UncheckedIOException(new IOException("the device fails"));
        });
        assertThat(rig.storage().sync(List.of(store)).byPartition().get(ID).kind())
                .isEqualTo(Kind.FULL);
        rig.failPoints.disarm(FileFailPoints.SYNC_BEFORE_FORCE);
        fails(Kind.FULL, "the device fails", () -> appendTens(1));
        assertThat(rig.storage().sync(List.of(store)).byPartition().get(ID).kind())
                .isEqualTo(Kind.FULL);
        assertThat(store.extent().durableEnd()).isZero();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
        other.append(Batches.run(0, 1, SIZE, 5));
        assertThat(rig.storage().sync(List.of(other)).byPartition()).isEmpty();
        rig.stop();
        assertThat(rig.directory.resolve(FileNames.CLEAN_SHUTDOWN)).doesNotExist();
    }

    @Test
    void anInterruptedAppendGoesThrough() {
        appendTens(2);
        Thread.currentThread().interrupt();
        appendTens(1);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
        assertThat(log(0)).hasSize(3 * SIZE);
        appendTens(1);
        sync();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    @Test
    void spreadsPartitionsOverDirectories() {
        StorageContext context = new StorageContext(
                List.of(rig.directory.resolve("a"), rig.directory.resolve("b")),
                rig.properties,
                rig.context().clock(),
                rig.context().scheduler(),
                Ids.random(),
                rig.failPoints);
        for (int start = 0; start < 2; start++) {
            try (Storage storage = FileStorage.open(context)) {
                for (int i = 0; i < 6; i++) {
                    storage.open(new PartitionId("spread", new UUID(1, 1), i), 1, SMALL)
                            .close();
                }
                assertThat(storage.partitions()).hasSize(6);
            }
        }
        for (String directory : new String[] {"a", "b"}) {
            assertThat(rig.directory.resolve(directory).toFile().list((dir, name) -> name.startsWith("spread-")))
                    .hasSize(3);
        }
    }

    @Test
    void onePartitionInTwoDirectoriesIsRefused() throws IOException {
        appendTens(1);
        rig.stop();
        Path other = rig.directory.resolve("second");
        Files.createDirectories(other.resolve(ID.toString()));
        Files.copy(file(FileNames.METADATA), other.resolve(ID.toString()).resolve(FileNames.METADATA));
        StorageContext context = new StorageContext(
                List.of(rig.directory, other),
                rig.properties,
                rig.context().clock(),
                rig.context().scheduler(),
                Ids.random(),
                rig.failPoints);
        fails(Kind.CORRUPT, "is in both", () -> FileStorage.open(context));
        rig.storage();
    }

    @Test
    void worksWithFewFileHandles() {
        rig.properties.put(FileConfig.OPEN_FILES, "1");
        rig.reopen();
        open();
        appendTens(60);
        try (BatchSlice held = store.read(0, Long.MAX_VALUE, SIZE)) {
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 600));
            sync();
            store.truncateTo(444);
            store.trimTo(100);
            assertThat(held.buffer().remaining()).isEqualTo(SIZE);
        }
        assertThat(readAll(store, 100)).isEqualTo(tens(100, 440));
    }

    @Test
    void freesDeletedSegmentsWhenTheLastReaderLeaves() throws IOException {
        appendTens(12);
        BatchSlice slice = store.read(0, Long.MAX_VALUE, SIZE);
        store.trimTo(60);
        Path gone = file(FileNames.name(0, FileNames.LOG + FileNames.DELETED));
        assertThat(gone).exists();
        assertThat(log(0)).doesNotExist();
        slice.close();
        assertThat(gone).doesNotExist();
    }

    @Test
    void endsASegmentWhoseIndexIsFull() {
        store.settings(PartitionSettings.of(new io.varve.core.spi.SegmentLimits(1 << 20, Long.MAX_VALUE, 0, 40)));
        appendTens(20);
        assertThat(store.segments().size()).isGreaterThan(3);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 200));
    }
}
