// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.core.directory.DirectoryLock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
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

    private long handles() throws IOException {
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return all.filter(this::isOfThisStorage).count();
        }
    }

    private boolean isOfThisStorage(Path handle) {
        try {
            String target = Files.readSymbolicLink(handle).toString();
            return target.startsWith(rig.directory.toString()) && !target.endsWith(DirectoryLock.NAME);
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
