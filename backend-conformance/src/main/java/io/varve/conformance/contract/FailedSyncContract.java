// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.SmallDisk;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks a sync that fails on a real device: the system reports the failure once, to the first sync, and
 * from then on takes the bytes in its memory for written. Needs Linux and root.
 */
public abstract class FailedSyncContract {
    private static final int DISK_MIB = 64;
    /** What the device takes; the file system on it believes in {@link #DISK_MIB}. */
    private static final int TAKEN_MIB = 8;

    private static final int BATCH = 64 << 10;
    /** More than the device takes. */
    private static final int BATCHES = 200;

    private final Supplier<StorageRig> rigs;

    protected FailedSyncContract(Supplier<StorageRig> rigs) {
        this.rigs = rigs;
    }

    @Test
    void whatAFailedSyncLeftIsNotBelievedAfterARestart() throws IOException {
        TestedBackend subject = TestedBackend.assumed(rigs);
        try (SmallDisk disk = SmallDisk.overcommitted(DISK_MIB, TAKEN_MIB);
                SystemScheduler scheduler = new SystemScheduler(2)) {
            Path directory = disk.path.resolve("data");
            failASync(subject, disk, directory, scheduler);
            try (Storage second = subject.open(directory, scheduler, new FailPoints())) {
                PartitionStore again = second.open(Contract.ID, 1, PartitionSettings.DEFAULT);
                assertThat(second.sync(List.of(again)).byPartition()).isEmpty();
                long durable = again.extent().durableEnd();
                assertThat(durable).isGreaterThanOrEqualTo(10);
                forget(directory); // as a power cut does: from here on only the device's bytes count
                requireSound(again, durable);
            }
        }
    }

    /**
     * What the system takes for written stays in its memory when the process ends: new batches in the same
     * place must not be lost with it.
     */
    @Test
    void whatIsSyncedAfterARestartThatFollowedAFailedSyncIsThere() throws IOException {
        TestedBackend subject = TestedBackend.assumed(rigs);
        try (SmallDisk disk = SmallDisk.overcommitted(DISK_MIB, TAKEN_MIB);
                SystemScheduler scheduler = new SystemScheduler(2)) {
            Path directory = disk.path.resolve("data");
            failASync(subject, disk, directory, scheduler);
            long end;
            try (Storage second = subject.open(directory, scheduler, new FailPoints())) {
                PartitionStore again = second.open(Contract.ID, 1, PartitionSettings.DEFAULT);
                append(again, again.extent().readableEnd(), BATCHES);
                assertThat(second.sync(List.of(again)).byPartition()).isEmpty();
                end = again.extent().durableEnd();
            }
            forget(directory);
            try (Storage third = subject.open(directory, scheduler, new FailPoints())) {
                requireSound(third.open(Contract.ID, 1, PartitionSettings.DEFAULT), end);
            }
        }
    }

    /**
     * Leaves behind what a storage stored that was told of a failed sync. Then the device takes everything
     * again.
     */
    private static void failASync(TestedBackend subject, SmallDisk disk, Path directory, SystemScheduler scheduler) {
        Storage first = subject.open(directory, scheduler, new FailPoints());
        PartitionStore store = first.open(Contract.ID, 1, PartitionSettings.DEFAULT);
        append(store, 0, 1);
        assertThat(first.sync(List.of(store)).byPartition()).isEmpty();
        try {
            append(store, 10, BATCHES);
        } catch (StorageException e) { // one that has no memory of its own to write to may hear of it before
            assertThat(e.kind()).isEqualTo(StorageException.Kind.FULL);
        }
        assertThat(first.sync(List.of(store)).byPartition())
                .as("a sync of more than the device takes")
                .containsOnlyKeys(Contract.ID);
        disk.enlargeBacking(2 * DISK_MIB);
        closeQuietly(first);
    }

    private static void requireSound(PartitionStore store, long durable) {
        for (long offset = 0; offset < durable; offset += 10) {
            assertThat(isSound(store, offset))
                    .as("the batch at %d, where everything below %d is durable", offset, durable)
                    .isTrue();
        }
    }

    private static void append(PartitionStore store, long from, int batches) {
        for (int i = 0; i < batches; i++) {
            store.append(Batches.run(from + 10L * i, 10, BATCH, Contract.EPOCH));
        }
    }

    private static boolean isSound(PartitionStore store, long offset) {
        try (BatchSlice slice = store.read(offset, offset + 10, BATCH)) {
            ByteBuffer bytes = slice.buffer();
            BatchValidator.validate(bytes, 0, bytes.limit());
            return BatchHeader.baseOffset(bytes, 0) == offset;
        } catch (io.varve.core.VarveException e) {
            return false;
        }
    }

    private static void closeQuietly(Storage storage) {
        try {
            storage.close();
        } catch (StorageException e) {
            // its device has failed
        }
    }

    private static void forget(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(Files::isDirectory)
                    .filter(each -> !holdsDirectories(each))
                    .forEach(SmallDisk::forget);
        }
    }

    private static boolean holdsDirectories(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.anyMatch(Files::isDirectory);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
