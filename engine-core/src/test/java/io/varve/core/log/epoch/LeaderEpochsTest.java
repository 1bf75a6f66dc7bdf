// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.AppendListener;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaderEpochsTest {
    private static final PartitionId ID = new PartitionId("t", new UUID(1, 2), 0);
    private static final AppendListener NOBODY = (log, records) -> {};

    private MemoryStorage storage = new MemoryStorage();
    private PartitionStore store;
    private PartitionLog log;

    @AfterEach
    void close() {
        storage.close();
    }

    private void open(int epoch) {
        storage = storage.reopen();
        openAgain(storage, epoch);
    }

    private void openAgain(Storage on, int epoch) {
        store = on.open(ID, epoch, PartitionSettings.DEFAULT);
        log = PartitionLog.open(store, epoch, PartitionConfig.DEFAULT, Clock.system(), NOBODY);
    }

    private void append(int records) {
        for (int i = 0; i < records; i++) {
            log.appender().append(LogBatches.at(1, "a"), AppendOrigin.CLIENT);
        }
        storage.sync(List.of(store));
        log.commitTarget().committed(log.logEndOffset());
    }

    private String end(int epoch) {
        return log.reader()
                .endOfEpoch(epoch)
                .map(end -> end.epoch() + ":" + end.endOffset())
                .orElse("none");
    }

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void endsEachEpochWhereTheNextOneBegins(ReadableAt readable) {
        storage = new MemoryStorage(readable);
        open(0);
        append(10);
        assertThat(end(0)).isEqualTo("0:10");
        assertThat(end(1)).isEqualTo("none");
        assertThat(end(-1)).isEqualTo("none");
        open(2);
        assertThat(end(0)).isEqualTo("0:10");
        assertThat(end(1)).isEqualTo("0:10");
        assertThat(end(2)).isEqualTo("2:10");
        assertThat(log.reader().epochAt(10)).isEqualTo(2);
        append(5);
        for (int round = 0; round < 3; round++) {
            open(3);
            assertThat(end(1)).isEqualTo("0:10");
            assertThat(end(2)).isEqualTo("2:15");
            assertThat(end(3)).isEqualTo("3:15");
            assertThat(end(4)).isEqualTo("none");
            assertThat(List.of(
                            log.reader().epochAt(0),
                            log.reader().epochAt(9),
                            log.reader().epochAt(10),
                            log.reader().epochAt(14),
                            log.reader().epochAt(15)))
                    .containsExactly(0, 0, 2, 2, 3);
            if (round == 1) { // without its blob, the history is read from the batches
                store.snapshots()
                        .offsets(LeaderEpochBlob.NAME)
                        .forEach(offset -> store.snapshots().delete(LeaderEpochBlob.NAME, offset));
            }
        }
        append(1);
        assertThat(end(2)).isEqualTo("2:15");
        assertThat(end(3)).isEqualTo("3:16");
        assertThat(store.snapshots().offsets(LeaderEpochBlob.NAME)).containsExactly(15L);
    }

    @Test
    void beginsWithTheLog() {
        open(0);
        append(10);
        open(1);
        append(10);
        log.maintenance().trimTo(5);
        assertThat(end(0)).isEqualTo("0:10");
        assertThat(log.reader().epochAt(5)).isZero();
        log.maintenance().trimTo(12);
        assertThat(end(0)).isEqualTo("0:12"); // as Kafka: of a removed epoch only that it ended
        assertThat(log.reader().epochAt(12)).isEqualTo(1);
        open(2);
        assertThat(end(0)).isEqualTo("0:12");
        assertThat(end(1)).isEqualTo("1:20");
    }

    @Test
    void forgetsEpochsWhoseRecordsACrashTook() {
        open(0);
        append(10);
        open(1);
        log.appender().append(LogBatches.at(1, "unsynced"), AppendOrigin.CLIENT);
        assertThat(end(0)).isEqualTo("0:10");
        storage = storage.crash();
        openAgain(storage, 2);
        assertThat(log.logEndOffset()).isEqualTo(10);
        assertThat(end(1)).isEqualTo("0:10");
        append(1);
        assertThat(end(1)).isEqualTo("0:10");
        assertThat(end(2)).isEqualTo("2:11");
    }

    @Test
    void takesOverTheEpochsOfAnotherLog() {
        open(7);
        for (int epoch : List.of(3, 3, 5)) {
            var batch = LogBatches.at(1, "a");
            BatchHeader.setBaseOffset(batch, 0, log.logEndOffset());
            BatchHeader.setLeaderEpoch(batch, 0, epoch);
            log.appender().appendImported(batch);
        }
        assertThat(end(2)).isEqualTo("2:0");
        assertThat(end(3)).isEqualTo("3:2");
        assertThat(end(4)).isEqualTo("3:2");
        assertThat(end(5)).isEqualTo("5:3");
        assertThat(log.reader().epochAt(0)).isEqualTo(3);
    }
}
