// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.build.watch.Await;
import io.varve.conformance.rig.ChildRun;
import io.varve.conformance.rig.SmallDisk;
import io.varve.core.directory.DiskReserve;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fills a small file system: writes are refused, or use the reserve, and reads go on. */
@Timeout(120)
class FullDiskTest extends LmdbTestBase {
    private static final PartitionId SETTINGS = new PartitionId("__cluster_metadata", new UUID(7, 13), 0);
    private static final PartitionId OTHER = new PartitionId("other", new UUID(7, 12), 0);
    private static final int BATCH = 1500;

    private SmallDisk disk;
    private PartitionStore settings;

    @BeforeEach
    void useASmallDisk() throws IOException {
        storage.abandon();
        disk = SmallDisk.tmpfs(16);
        directory = Files.createDirectory(disk.path.resolve("data"));
        start();
        settings = storage.open(SETTINGS, 1, limits);
        append(3000, store);
        append(1, settings);
        assertThat(reserve()).hasSize(MIB);
    }

    @AfterEach
    void unmount() {
        storage.abandon();
        disk.close();
    }

    private Path reserve() {
        return directory.resolve(DiskReserve.NAME);
    }

    private void append(int batches, PartitionStore to) {
        for (int i = 0; i < batches; i++) {
            append(to, BATCH);
        }
        assertThat(storage.sync(List.of(to)).byPartition()).isEmpty();
    }

    private void refuses(PartitionStore to) {
        StorageException refusal = catchThrowableOfType(StorageException.class, () -> append(to, BATCH));
        assertThat(refusal).isNotNull();
        assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(Kind.FULL);
    }

    /** Appends until there is no space, neither on the disk nor in the file. */
    private void fillUp() throws IOException {
        disk.fill();
        StorageException refusal = null;
        while (refusal == null) {
            refusal = catchThrowableOfType(StorageException.class, () -> append(1, store));
        }
        refuses(store);
    }

    @Test
    void settingsCanBeWrittenWhenNothingElseCan() throws IOException {
        fillUp();
        long end = store.extent().readableEnd();
        for (int i = 0; i < 50; i++) {
            append(1, settings);
            refuses(store);
        }
        assertThat(reserve()).doesNotExist();
        die();
        assertThat(store.extent().readableEnd()).isEqualTo(end);
        settings = storage.open(SETTINGS, 1, limits);
        assertThat(readAll(settings)).hasSize(51);
    }

    @Test
    void settingsAreCommittedThoughOthersWaitForSpace() throws IOException {
        for (int i = 0; i < 2000; i++) {
            append(store, BATCH);
        }
        disk.fill();
        append(settings, BATCH);
        assertThat(storage.sync(List.of(settings)).byPartition()).isEmpty();
        assertThat(storage.sync(List.of(store)).byPartition().get(ID).kind()).isEqualTo(Kind.RETRY);
        assertThat(readAll(settings)).hasSize(2);
        assertThat(readAll(store)).hasSize(3000);
        disk.free();
        assertThat(storage.sync(List.of(store)).byPartition()).isEmpty();
        assertThat(readAll(store)).hasSize(5000);
    }

    @Test
    void deletingMakesSpaceForOthers() throws IOException {
        PartitionStore other = storage.open(OTHER, 1, limits);
        fillUp();
        append(5, settings);
        storage.delete(ID);
        Await.until(
                "its batches are removed in the background",
                () -> catchThrowableOfType(StorageException.class, () -> append(other, BATCH)) == null);
        append(200, other);
        append(5, settings);
        die();
        assertThat(readAll(storage.open(OTHER, 1, limits))).hasSize(201);
    }

    @Test
    void trimmingAndTruncatingMakeSpace() throws IOException {
        fillUp();
        long end = store.extent().readableEnd();
        store.truncateTo(end - 10);
        store.trimTo(end - 100);
        for (int i = 0; i < 3; i++) {
            assertThat(storage.sync(List.of(store)).byPartition()).isEmpty();
            append(1, settings);
        }
        append(300, store);
        die();
        assertThat(store.extent().start()).isEqualTo(end - 100);
        assertThat(store.extent().readableEnd()).isEqualTo(end + 290);
    }

    @Test
    void startsAfterACrashAndWritesWhenThereIsSpaceAgain() throws IOException {
        fillUp();
        long end = store.extent().readableEnd();
        append(20, settings);
        for (int i = 0; i < 3; i++) {
            disk.fill();
            die();
            assertThat(readAll(store)).hasSize((int) end);
            settings = storage.open(SETTINGS, 1, limits);
            assertThat(settings.extent().readableEnd()).isEqualTo(21);
        }
        disk.free();
        append(10, store);
        assertThat(reserve()).hasSize(MIB);
        assertThat(readAll(store)).hasSize((int) end + 10);
    }

    @Test
    void startsAndReadsWithoutAReserve() throws IOException {
        properties.put(DiskReserveConfig.BYTES, "0");
        restart();
        fillUp();
        long end = store.extent().readableEnd();
        die();
        assertThat(readAll(store)).hasSize((int) end);
        disk.free();
        append(10, store);
    }

    /**
     * LMDB maps this file: a hole in it would be the end of the process that first writes to it on a full
     * disk.
     */
    @Test
    void theTableOfReadersIsAllocatedFromTheBeginning() throws IOException, InterruptedException {
        ChildRun du = ChildRun.of(new ProcessBuilder(
                "du", "-k", directory.resolve(ReaderTable.NAME).toString()));
        String kilobytes = du.output().split("\\s")[0];
        assertThat(du.exit()).as(du.output()).isZero();
        assertThat(Long.parseLong(kilobytes) * 1024).isEqualTo(Files.size(directory.resolve(ReaderTable.NAME)));
    }
}
