// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests reads of a log with flipped bits. */
class DamagedBatchesTest {
    private static final AppendListener NOBODY = (log, records) -> {};

    private final MemoryStorage storage = new MemoryStorage();
    private PartitionStore store;

    @BeforeEach
    void open() {
        store = storage.open(new PartitionId("t", new UUID(1, 2), 0), 0, PartitionSettings.DEFAULT);
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void knowsNoProducerByADamagedBatch() {
        store(0, LogBatches.idempotent(7, 0, 0, "sound"), -1);
        store(1, LogBatches.idempotent(8, 0, 0, "damaged"), BatchHeader.SIZE - 12);
        store(2, LogBatches.idempotent(9, 0, 0, "sound"), -1);
        assertThat(log().producers().active())
                .extracting(ProducerInfo::producerId)
                .contains(9L)
                .doesNotContain(8L);
    }

    @Test
    void showsSoundBatchesAndTellsOfTheOthers() {
        store(0, LogBatches.at(1, "a", "b"), -1);
        store(2, LogBatches.at(1, "c", "d"), 65);
        store(4, LogBatches.at(1, "e"), -1);
        store(5, LogBatches.at(1, "f"), BatchHeader.SIZE - 3); // flips its count of records
        store(6, LogBatches.at(1, "x"), 65); // adjacent: one damaged range
        store(8, LogBatches.at(1, "g"), -1);
        List<String> values = new ArrayList<>();
        List<Long> damaged = new ArrayList<>();
        VerifyingLogReader batches = new VerifyingLogReader(
                log(), 1 << 20, bytes -> values.addAll(LogBatches.values(bytes)), (offset, why) -> damaged.add(offset));
        while (batches.readOnce(9)) {}
        assertThat(values).containsExactly("a", "b", "e", "g");
        assertThat(damaged).containsExactly(2L, 5L);
        assertThat(batches.offset()).isEqualTo(9);
    }

    private PartitionLog log() {
        return PartitionLog.open(store, 0, PartitionConfig.DEFAULT, Clock.system(), NOBODY);
    }

    /** @param flipped index of the byte to change, or -1 */
    private void store(long base, ByteBuffer batch, int flipped) {
        BatchHeader.setBaseOffset(batch, 0, base);
        long next = BatchHeader.nextOffset(batch, 0);
        if (flipped >= 0) {
            batch.put(flipped, (byte) (batch.get(flipped) ^ 1));
        }
        store.append(new BatchRun(batch, base, next, 1, next - 1));
    }
}
