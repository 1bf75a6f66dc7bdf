// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Checks that the failure of one partition, or of another process, takes nothing for good from the others.
 */
public abstract class BystanderContract extends Contract {
    private static final int LARGE = 100_000;
    private static final int HUGE = 1 << 19;
    /** More than a storage should be given to keep unsynced bytes in when it is examined. */
    private static final int FAILING = 4;

    private static final int BATCHES = 8;
    /** More than the small device takes, three times over. */
    private static final int HUGE_BATCHES = 200;

    private static final Duration LONG = Duration.ofSeconds(120);

    protected BystanderContract(Supplier<StorageRig> rigs) {
        super(() -> rigs.get().withFaults());
    }

    private PartitionStore open(String topic) {
        return storage().open(new PartitionId(topic, new UUID(3, topic.hashCode()), 0), 1, SMALL);
    }

    private static BatchRun run(long base, int bytes) {
        return Batches.run(base, 10, bytes, EPOCH + base);
    }

    @Test
    void whatAFailedSyncWasToTakeKeepsNoOtherFromAppending() {
        appendTens(1);
        sync();
        for (int i = 0; i < FAILING; i++) {
            PartitionStore failing = open("failing-" + i);
            for (int batch = 0; batch < BATCHES; batch++) {
                failing.append(run(batch * 10L, LARGE));
            }
            assumeTrue(rig.faults().failSyncs(), "the rig cannot let syncs fail");
            assertThat(storage().sync(List.of(failing)).byPartition()).containsOnlyKeys(failing.id());
            rig.faults().heal();
        }
        PartitionStore sound = open("sound");
        assertTimeoutPreemptively(
                LONG,
                () -> {
                    for (int batch = 0; batch < BATCHES; batch++) {
                        sound.append(run(batch * 10L, LARGE));
                    }
                },
                "appends to a partition that has not failed");
        assertThat(storage().sync(List.of(sound)).byPartition()).isEmpty();
        assertThat(readAll(sound, 0)).isEqualTo(tens(0, BATCHES * 10L));
    }

    @Test
    void aReaderInAnotherProcessThatDiedKeepsNoRoom() {
        appendTens(1);
        sync();
        assumeTrue(rig.readAndDie(), "no other process can read this storage");
        for (int i = 0; i < HUGE_BATCHES; i++) {
            long base = store.extent().readableEnd();
            store.append(run(base, HUGE));
            sync();
            store.trimTo(base + 10);
        }
        assertThat(store.extent().start()).isEqualTo(10 + HUGE_BATCHES * 10L);
    }
}
