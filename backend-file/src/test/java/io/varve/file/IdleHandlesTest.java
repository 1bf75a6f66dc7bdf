// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdleHandlesTest extends FileTestBase {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int MAX_IDLE = 8;
    private static final int PARTITIONS = 60;
    /** Segments that do not end by themselves, with an index entry for each batch but the first. */
    private static final PartitionSettings LARGE =
            PartitionSettings.of(new SegmentLimits(1 << 30, Long.MAX_VALUE, 0, 1 << 20));

    private long handles() throws IOException {
        return handles("");
    }

    /** @return number of open files of this storage whose names have this end */
    private long handles(String suffix) throws IOException {
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return all.filter(handle -> isOfThisStorage(handle, suffix)).count();
        }
    }

    private boolean isOfThisStorage(Path handle, String suffix) {
        try {
            String target = Files.readSymbolicLink(handle).toString();
            return target.startsWith(rig.directory.toString())
                    && target.endsWith(suffix)
                    && !target.endsWith(DirectoryLock.NAME);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private List<PartitionStore> openAll() {
        List<PartitionStore> stores = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            stores.add(rig.storage().open(new PartitionId("idle", new UUID(1, 1), i), 1, SMALL));
        }
        return stores;
    }

    @Test
    void indexesOfANewSegmentAreOpenedWhenTheyAreWritten() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "needs /proc");
        store = rig.storage().open(new PartitionId("new", new UUID(1, 2), 0), 1, LARGE);
        appendTens(7);
        assertThat(handles(FileNames.LOG)).isEqualTo(1);
        assertThat(handles("index")).as("seven entries are in memory").isZero();
        assertThat(store.offsetAt(1030).baseOffset()).isEqualTo(30);
        assertThat(handles("index")).as("searched").isZero();
        store.seal();
        assertThat(handles("index")).as("sealed").isEqualTo(2);
        appendTens(7);
        assertThat(handles("index")).as("of the next segment, too").isEqualTo(2);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 140));
    }

    @Test
    void idlePartitionsHoldNoHandlesBeyondTheBound() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "needs /proc");
        rig.properties.put(FileConfig.OPEN_FILES, Integer.toString(MAX_IDLE));
        rig.reopen();
        for (PartitionStore each : openAll()) {
            store = each;
            appendTens(7);
        }
        assertThat(handles()).as("what is not synced stays open").isGreaterThanOrEqualTo(PARTITIONS);
        rig.reopen();
        List<PartitionStore> stores = openAll();
        assertThat(handles()).as("opened").isZero();
        for (PartitionStore each : stores) {
            assertThat(readAll(each, 0)).isEqualTo(tens(0, 70));
            assertThat(each.segments()).hasSize(2);
        }
        assertThat(handles()).as("read").isLessThanOrEqualTo(MAX_IDLE);
        rig.die();
        openAll();
        assertThat(handles()).as("recovered").isLessThanOrEqualTo(MAX_IDLE);
    }
}
