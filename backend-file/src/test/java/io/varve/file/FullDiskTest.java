// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static io.varve.file.FileTestBase.readAll;
import static io.varve.file.FileTestBase.tens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.SmallDisk;
import io.varve.core.directory.DiskReserve;
import io.varve.core.directory.DiskReserveConfig;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fills small file systems, and lets their device fail: writes are refused, and reads go on. */
@Timeout(180)
class FullDiskTest {
    enum FileSystemKind {
        TMPFS(() -> SmallDisk.tmpfs(8)),
        EXT4(() -> SmallDisk.ext4(8));

        private final Supplier<SmallDisk> disk;

        FileSystemKind(Supplier<SmallDisk> disk) {
            this.disk = disk;
        }
    }

    private static final PartitionId ORDERS = new PartitionId("orders", new UUID(7, 11), 3);
    private static final PartitionId SETTINGS = new PartitionId("settings", new UUID(7, 13), 0);
    private static final PartitionId OTHER = new PartitionId("other", new UUID(7, 12), 0);
    /** A new segment every other batch, so that one is due whenever the disk is full. */
    private static final PartitionSettings TINY =
            PartitionSettings.of(new SegmentLimits(3000, Long.MAX_VALUE, 0, 1 << 16));

    private static final int BATCH = 1500;

    @ParameterizedTest
    @EnumSource
    void aFullDiskRefusesWritesUntilItHasSpaceAgainAndReadsGoOn(FileSystemKind kind) throws IOException {
        try (SmallDisk disk = kind.disk.get();
                FileRig rig = on(disk)) {
            PartitionStore store = rig.storage().open(ORDERS, 1, TINY);
            for (int round = 0; round < 3; round++) {
                append(store, 5);
                assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
                fill(disk);
                long end = fillUp(store);
                refuses(() -> store.snapshots().write("any", end, ByteBuffer.allocate(50_000)));
                refuses(() -> rig.storage().open(OTHER, 1, TINY).append(Batches.run(0, 10, BATCH, 1)));
                assertThat(store.extent().readableEnd()).isEqualTo(end);
                assertThat(rig.storage().sync(List.of(store)).byPartition())
                        .as("what was taken can be synced")
                        .isEmpty();
                assertThat(store.extent().durableEnd()).isEqualTo(end);
                assertThat(readAll(store, 0)).isEqualTo(tens(0, end));
                disk.free();
                append(store, 5);
                store.snapshots().write("any", end, ByteBuffer.allocate(50_000));
                rig.storage().delete(OTHER);
                PartitionStore other = rig.storage().open(OTHER, 1, TINY);
                append(other, 5);
                assertThat(rig.storage().sync(List.of(store, other)).byPartition())
                        .isEmpty();
                assertThat(readAll(store, 0)).isEqualTo(tens(0, end + 50));
                rig.storage().delete(OTHER);
            }
            long end = store.extent().readableEnd();
            rig.stop();
            assertThat(disk.path.resolve("data").resolve(FileNames.CLEAN_SHUTDOWN))
                    .exists();
            PartitionStore again = rig.storage().open(ORDERS, 1, TINY);
            assertThat(readAll(again, 0)).isEqualTo(tens(0, end));
            assertThat(again.offsetAt(Long.MAX_VALUE)).isNull();
            assertThat(again.offsetAt(end - 10).baseOffset()).isEqualTo(end - 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void trimmingMakesSpaceOnAFullDisk(FileSystemKind kind) throws IOException {
        PartitionSettings large = PartitionSettings.of(new SegmentLimits(1 << 30, Long.MAX_VALUE, 4096, 1 << 20));
        try (SmallDisk disk = kind.disk.get();
                FileRig rig = on(disk)) {
            PartitionStore store = rig.storage().open(ORDERS, 1, large);
            PartitionStore other = rig.storage().open(OTHER, 1, TINY);
            append(store, 1000);
            fill(disk);
            long end = fillUp(store);
            refuses(() -> append(other, 100));
            store.trimTo(end);
            assertThat(store.extent().start()).isEqualTo(end);
            append(store, 500);
            append(other, 100);
            assertThat(rig.storage().sync(List.of(store, other)).byPartition()).isEmpty();
            rig.die();
            PartitionStore again = rig.storage().open(ORDERS, 1, large);
            assertThat(again.extent().start()).isEqualTo(end);
            assertThat(readAll(again, end)).isEqualTo(tens(end, end + 5000));
        }
    }

    /** Of the two topics only settings may use the reserve. */
    @ParameterizedTest
    @EnumSource
    void theReserveIsForSettingsTrimsAndDeletionsAndIsFilledAgain(FileSystemKind kind) throws IOException {
        PartitionSettings large = PartitionSettings.of(new SegmentLimits(1 << 30, Long.MAX_VALUE, 4096, 1 << 20));
        try (SmallDisk disk = kind.disk.get();
                FileRig rig = on(disk)) {
            rig.properties.put(DiskReserveConfig.TOPICS, "other, settings");
            PartitionStore store = rig.storage().open(ORDERS, 1, large);
            PartitionStore settings = rig.storage().open(SETTINGS, 1, TINY);
            append(store, 1000);
            append(settings, 1);
            Path reserve = disk.path.resolve("data").resolve(DiskReserve.NAME);
            assertThat(reserve).hasSize(1 << 20);
            fill(disk);
            fillUp(store);
            append(settings, 100);
            assertThat(reserve).doesNotExist();
            refuses(() -> append(store, 1));
            store.trimTo(5000); // within the segment: frees nothing
            assertThat(rig.storage().sync(List.of(store, settings)).byPartition())
                    .isEmpty();
            rig.storage().delete(ORDERS);
            PartitionStore again = rig.storage().open(new PartitionId("orders", new UUID(8, 8), 3), 1, large);
            await(() -> {
                append(again, 1);
                return true;
            });
            assertThat(reserve).hasSize(1 << 20);
            rig.die();
            assertThat(readAll(rig.storage().open(SETTINGS, 1, TINY), 0)).isEqualTo(tens(0, 1010));
        }
    }

    @ParameterizedTest
    @EnumSource
    void startsAfterACrashOnAFullDiskAndWritesWhenItHasSpaceAgain(FileSystemKind kind) throws IOException {
        for (String reserve : List.of("1048576", "0")) {
            try (SmallDisk disk = kind.disk.get();
                    FileRig rig = on(disk)) {
                rig.properties.put(DiskReserveConfig.BYTES, reserve);
                PartitionStore store = rig.storage().open(ORDERS, 1, TINY);
                append(store, 100);
                store.trimTo(35);
                fill(disk);
                long end = fillUp(store);
                rig.die();
                store = rig.storage().open(ORDERS, 1, TINY);
                assertThat(readAll(store, 40)).isEqualTo(tens(40, end));
                fill(disk); // the start may have released space
                fillUp(store);
                end = store.extent().readableEnd();
                rig.die();
                store = rig.storage().open(ORDERS, 1, TINY);
                assertThat(readAll(store, 40)).isEqualTo(tens(40, end));
                disk.free();
                append(store, 10);
                assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
                assertThat(readAll(store, 40)).isEqualTo(tens(40, end + 100));
            }
        }
    }

    @Test
    void aStartOffsetIsCheckpointedLaterWhenThereIsNoSpace() throws IOException {
        try (SmallDisk disk = SmallDisk.tmpfs(8);
                FileRig rig = on(disk)) {
            rig.properties.put(DiskReserveConfig.BYTES, "0");
            PartitionStore store = rig.storage().open(ORDERS, 1, PartitionSettings.DEFAULT);
            append(store, 20);
            assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
            fill(disk);
            store.trimTo(100); // within the segment: frees nothing
            assertThat(rig.storage()
                            .sync(List.of(store))
                            .byPartition()
                            .get(ORDERS)
                            .kind())
                    .isEqualTo(Kind.RETRY);
            disk.free();
            append(store, 1);
            assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
            rig.die();
            assertThat(rig.storage().open(ORDERS, 1, TINY).extent().start()).isEqualTo(100);
        }
    }

    /** The device reports at the force that it has lost bytes from the page cache. */
    @Test
    void aSyncThatFailsMakesThePartitionReadOnlyForGood() throws IOException {
        try (SmallDisk disk = SmallDisk.overcommitted(64, 8)) {
            FileRig rig = on(disk);
            PartitionStore store = rig.storage().open(ORDERS, 1, PartitionSettings.DEFAULT);
            append(store, 10);
            assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
            append(store, 12_000); // 18 MB, where there is space for less than 8
            StorageException failure =
                    rig.storage().sync(List.of(store)).byPartition().get(ORDERS);
            assertThat(failure.kind()).isEqualTo(Kind.FULL);
            assertThat(failure).hasMessageContaining("read-only").hasMessageContaining("a sync failed");
            disk.enlargeBacking(100);
            assertThatThrownBy(() -> append(store, 1)).hasMessageContaining("a sync failed");
            assertThat(rig.storage().sync(List.of(store)).byPartition().get(ORDERS))
                    .as("a second force would succeed, and mean nothing")
                    .hasMessageContaining("a sync failed");
            assertThat(store.extent().durableEnd()).isEqualTo(100);
            assertThat(readAll(store, 0)).startsWith(tens(0, 100).toArray(new Long[0]));
            PartitionStore other = rig.storage().open(OTHER, 1, TINY);
            append(other, 10);
            assertThat(rig.storage().sync(List.of(other)).byPartition()).isEmpty();
            rig.stop();
            PartitionStore again = rig.storage().open(ORDERS, 1, PartitionSettings.DEFAULT);
            long end = again.extent().readableEnd();
            assertThat(end).isGreaterThanOrEqualTo(100);
            append(again, 10);
            assertThat(rig.storage().sync(List.of(again)).byPartition()).isEmpty();
            assertThat(readAll(again, 0)).isEqualTo(tens(0, end + 100));
            rig.close();
        }
    }

    @Test
    void aCreationThatFindsNoInodeLeavesNoFile() throws IOException {
        try (SmallDisk disk = SmallDisk.ext4(8)) {
            FileRig rig = on(disk);
            PartitionStore store = rig.storage().open(ORDERS, 1, PartitionSettings.DEFAULT);
            List<Path> taken = new ArrayList<>();
            takeInodes(disk, taken);
            for (int left = 0; left < 4; left++) { // a partition takes more than that
                assertThatThrownBy(() -> rig.storage().open(OTHER, 1, PartitionSettings.DEFAULT))
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
                assertThat(rig.storage().partitions()).containsExactly(ORDERS);
                assertThat(rig.directory.resolve(OTHER.toString())).doesNotExist();
                assertThat(takeInodes(disk, taken))
                        .as("what is free after a failed creation")
                        .isEqualTo(left);
                for (int i = 0; i <= left; i++) {
                    Files.delete(taken.remove(0));
                }
            }
            append(store, 10);
            assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
            for (int i = 0; i < 10; i++) {
                Files.delete(taken.remove(0));
            }
            append(rig.storage().open(OTHER, 1, PartitionSettings.DEFAULT), 10);
            rig.close();
        }
    }

    /**
     * Creates files until there are no inodes left.
     *
     * @return number of files created
     */
    private static int takeInodes(SmallDisk disk, List<Path> taken) {
        int found = 0;
        while (true) {
            Path file = disk.path.resolve("inode-" + taken.size() + "-" + found);
            try {
                Files.createFile(file);
            } catch (IOException e) {
                return found;
            }
            taken.add(file);
            found++;
        }
    }

    private static FileRig on(SmallDisk disk) {
        Path data = disk.path.resolve("data");
        return new FileRig(data);
    }

    private static void append(PartitionStore store, int batches) {
        for (int i = 0; i < batches; i++) {
            long base = store.extent().readableEnd();
            store.append(Batches.run(base, 10, BATCH, base));
        }
    }

    /** Uses up all the space once no file waits to be removed: one that goes later would leave some. */
    private static void fill(SmallDisk disk) throws IOException {
        await(() -> leavingFiles(disk).isEmpty());
        disk.fill();
    }

    private static List<Path> leavingFiles(SmallDisk disk) {
        try (Stream<Path> files = Files.walk(disk.path)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.endsWith(FileNames.DELETED) || name.endsWith(FileNames.DELETED_DIRECTORY);
                    })
                    .toList();
        } catch (NoSuchFileException | UncheckedIOException e) {
            return List.of(disk.path); // one of them went meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until something works: deleted files are removed in the background. */
    private static void await(BooleanSupplier works) {
        Await.until("there is space", () -> {
            try {
                return works.getAsBoolean();
            } catch (StorageException full) {
                return false;
            }
        });
    }

    private static long fillUp(PartitionStore store) {
        refuses(() -> append(store, 1000));
        refuses(() -> append(store, 1));
        return store.extent().readableEnd();
    }

    private static void refuses(ThrowingCallable write) {
        assertThatThrownBy(write)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
    }
}
