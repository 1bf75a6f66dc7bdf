// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.SmallDisk;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.file.FileStorageProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trims segments, and checks how long their files stay under another name. */
class DelayedDeletionTest {
    private static final PartitionId ID = new PartitionId("orders", new UUID(7, 11), 3);
    private static final int SIZE = 200;
    private static final long MINUTE = 60_000;
    private static final PartitionSettings LIMITS =
            PartitionSettings.of(new SegmentLimits(2 * SIZE, Long.MAX_VALUE, 0, 1 << 16, MINUTE));

    private final VirtualTime time = new VirtualTime(1_700_000_000_000L);

    @TempDir
    Path directory;

    private Storage open(Path data) {
        return new FileStorageProvider()
                .open(new StorageContext(List.of(data), Map.of(), time, time, Ids.random(), new FailPoints()));
    }

    private static void append(PartitionStore store, int batches) {
        for (int i = 0; i < batches; i++) {
            store.append(Batches.run(store.extent().readableEnd(), 10, SIZE, 1_000));
        }
    }

    private static List<String> dropped(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve(ID.toString()))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(FileNames.DELETED))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void staysForTheDelayAndThenGoes() throws IOException {
        try (Storage storage = open(directory)) {
            PartitionStore store = storage.open(ID, 1, LIMITS);
            append(store, 5);
            store.trimTo(25);
            String first = FileNames.name(0, FileNames.LOG) + FileNames.DELETED;
            assertThat(dropped(directory)).containsExactly(first);
            assertThat(directory.resolve(ID.toString()).resolve(first)).hasSize(2 * SIZE);
            time.advance(MINUTE / 2);
            store.trimTo(50);
            assertThat(dropped(directory)).hasSize(3);
            time.advance(MINUTE / 2);
            assertThat(dropped(directory)).hasSize(2);
            time.advance(MINUTE / 2);
            assertThat(dropped(directory)).isEmpty();
        }
    }

    @Test
    void goesAtTheNextStart() throws IOException {
        try (Storage storage = open(directory)) {
            PartitionStore store = storage.open(ID, 1, LIMITS);
            append(store, 5);
            store.trimTo(50);
        }
        assertThat(dropped(directory)).hasSize(3);
        try (Storage storage = open(directory)) {
            PartitionStore store = storage.open(ID, 1, LIMITS);
            assertThat(dropped(directory)).isEmpty();
            assertThat(store.extent().start()).isEqualTo(50);
        }
    }

    @Test
    void goesAtOnceWhenTheDiskIsFull() throws IOException {
        PartitionSettings large =
                PartitionSettings.of(new SegmentLimits(1 << 20, Long.MAX_VALUE, 4096, 1 << 16, MINUTE));
        try (SmallDisk disk = SmallDisk.tmpfs(8);
                Storage storage = open(disk.path.resolve("data"))) {
            PartitionStore store = storage.open(ID, 1, large);
            append(store, 2 * (1 << 20) / SIZE);
            store.trimTo(store.extent().readableEnd());
            assertThat(dropped(disk.path.resolve("data"))).isNotEmpty();
            disk.fill();
            append(store, (1 << 20) / SIZE);
            assertThat(dropped(disk.path.resolve("data"))).isEmpty();
        }
    }

    @Test
    void theTimeOfTheLastAppendIsTheStoragesClock() {
        long appended = time.millis();
        try (Storage storage = open(directory)) {
            append(storage.open(ID, 1, LIMITS), 3);
            time.advance(MINUTE);
        }
        try (Storage storage = open(directory)) {
            assertThat(storage.open(ID, 1, LIMITS).segments())
                    .allSatisfy(segment -> assertThat(segment.lastAppendMs()).isEqualTo(appended));
        }
    }
}
