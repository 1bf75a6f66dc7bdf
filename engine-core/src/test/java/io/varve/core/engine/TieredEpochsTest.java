// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Appends in a new leader epoch to a log whose earlier records are in the remote tier only. */
class TieredEpochsTest {
    private static final PartitionId ID = new PartitionId("t", new UUID(1, 2), 0);

    @Test
    void anAppendInANewEpochDoesNotWaitForTheTier() {
        MemoryStorage memory = new MemoryStorage();
        TieredStorage storage = new TieredStorage(memory);
        append(open(storage, 0), storage, 20);

        storage.localFrom = 20;
        PartitionStore store = storage.open(ID, 3, PartitionSettings.DEFAULT);
        PartitionLog log = PartitionLog.open(store, 3, PartitionConfig.DEFAULT, Clock.system(), (l, records) -> {});
        int reads = storage.waitingReads;
        assertThat(reads).as("reads when it was opened").isPositive();
        log.appender().append(LogBatches.at(1, "a"), AppendOrigin.CLIENT);

        assertThat(storage.waitingReads).isEqualTo(reads);
        assertThat(log.reader().endOfEpoch(0).orElseThrow().endOffset()).isEqualTo(20);
        assertThat(log.reader().epochAt(20)).isEqualTo(3);
        memory.close();
    }

    private static PartitionStore open(TieredStorage storage, int epoch) {
        return storage.open(ID, epoch, PartitionSettings.DEFAULT);
    }

    private static void append(PartitionStore store, TieredStorage storage, int records) {
        PartitionLog log = PartitionLog.open(store, 0, PartitionConfig.DEFAULT, Clock.system(), (l, added) -> {});
        for (int i = 0; i < records; i++) {
            log.appender().append(LogBatches.at(1, "a"), AppendOrigin.CLIENT);
        }
        storage.sync(List.of(store));
    }
}
