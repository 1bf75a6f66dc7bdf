// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static io.varve.file.FileTestBase.readAll;
import static io.varve.file.FileTestBase.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.SmallDisk;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Reads from a device that has lost a part of its blocks: reads of them fail with the system's own I/O error.
 */
@Timeout(180)
class IoErrorTest {
    private static final int BATCH = 16 << 10;
    private static final int BATCHES = 800;
    /** MiB at the beginning of the device that are not lost. */
    private static final int LEFT = 20;

    private static final String SOUND = "sound";
    private static final PartitionSettings LIMITS =
            PartitionSettings.of(new SegmentLimits(1 << 20, Long.MAX_VALUE, 4096, 1 << 16));
    private static final List<PartitionId> IDS = List.of(
            new PartitionId("orders", new UUID(7, 11), 0),
            new PartitionId("orders", new UUID(7, 11), 1),
            new PartitionId("other", new UUID(7, 12), 0));

    @Test
    void aLostPartOfTheDeviceFailsReadsOfItAndOfNothingElse() throws IOException {
        try (SmallDisk disk = SmallDisk.ext4(64);
                FileRig rig = rig(disk)) {
            List<PartitionStore> stores = fill(rig);
            disk.loseTail(LEFT);
            Map<String, Integer> during = readSome(rig, stores);
            assertThat(during).containsOnlyKeys(SOUND, "RETRY");
            disk.restoreTail(); // as zeros
            Map<String, Integer> after = readSome(rig, stores);
            assertThat(after).containsOnlyKeys(SOUND, "CORRUPT");
            assertThat(after.get(SOUND)).isGreaterThanOrEqualTo(during.get(SOUND));
        }
    }

    @Test
    void aStartAfterTheLossServesWhatIsSoundAndAssignsNoOffsetAgain() throws IOException {
        try (SmallDisk disk = SmallDisk.ext4(64);
                FileRig rig = rig(disk)) {
            fill(rig);
            rig.reopen(); // notes that all of it is durable
            rig.die();
            disk.loseTail(LEFT);
            disk.restoreTail();
            List<PartitionStore> stores = open(rig);
            assertThat(readSome(rig, stores)).containsOnlyKeys(SOUND, "CORRUPT");
            for (PartitionStore store : stores) {
                long end = store.extent().readableEnd();
                assertThat(end).isGreaterThanOrEqualTo(10L * BATCHES);
                append(store, 10);
                assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
                assertThat(readAll(store, end)).isEqualTo(tens(end, end + 100));
            }
        }
    }

    private static FileRig rig(SmallDisk disk) {
        FileRig rig = new FileRig(disk.path.resolve("data"));
        rig.properties.put(FileConfig.READ_VERIFY, "true");
        return rig;
    }

    private static List<PartitionStore> open(FileRig rig) {
        return IDS.stream().map(id -> rig.storage().open(id, 1, LIMITS)).toList();
    }

    private static List<PartitionStore> fill(FileRig rig) {
        List<PartitionStore> stores = open(rig);
        stores.forEach(store -> append(store, BATCHES));
        assertThat(rig.storage().sync(stores).byPartition()).isEmpty();
        return stores;
    }

    private static void append(PartitionStore store, int batches) {
        for (int i = 0; i < batches; i++) {
            long base = store.extent().readableEnd();
            store.append(Batches.run(base, 10, BATCH, base));
        }
    }

    /**
     * Reads some batches from the device, not from the page cache.
     *
     * @return the number of batches for each outcome
     */
    private static Map<String, Integer> readSome(FileRig rig, List<PartitionStore> stores) {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (PartitionStore store : stores) {
            SmallDisk.forget(rig.directory.resolve(store.id().toString()));
            for (long offset = 0; offset < 10L * BATCHES; offset += 100) {
                outcomes.merge(read(store, offset), 1, Integer::sum);
            }
        }
        return outcomes;
    }

    private static String read(PartitionStore store, long offset) {
        try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 1)) {
            assertThat(BatchHeader.baseOffset(slice.buffer(), 0)).isEqualTo(offset);
            return SOUND;
        } catch (StorageException e) {
            return e.kind().name();
        }
    }
}
