// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.memory.ReadableAt;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Tests the engine on a storage whose appends become readable at the sync, as in a store with transactions.
 */
class ReadableAtSyncTest {
    private static final int ANY = 1_000_000;
    private static final EngineConfig ASYNC = new EngineConfig(
            Durability.ASYNC,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            RetentionConfig.DEFAULT,
            CompactionConfig.BY_HAND);

    private static EngineFixture fixture(EngineConfig config, int syncs) {
        return new EngineFixture(config, syncs, ReadableAt.AT_SYNC);
    }

    @Test
    void showsNothingOfAnAppendBeforeTheCommit() throws Exception {
        try (EngineFixture fixture = fixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            AppendResult appended = log.appender().append(LogBatches.at(5, "a", "b"), AppendOrigin.CLIENT);
            assertThat(appended).isEqualTo(new AppendResult(0, 2, -1, 0, false));
            assertThat(log.logEndOffset()).isEqualTo(2);
            for (Isolation isolation : Isolation.values()) {
                assertThat(values(log, 0, isolation)).isEmpty();
                assertThat(values(log, 2, isolation)).isEmpty();
                assertThat(log.reader().maxTimestamp(isolation)).isEmpty();
                assertThat(log.reader().offsetForTimestamp(0, isolation)).isEmpty();
            }
            fixture.storage.allow(ANY);
            assertThat(committed(log, appended)).isNull();
            assertThat(values(log, 0, Isolation.READ_UNCOMMITTED)).containsExactly("a", "b");
            assertThat(log.reader().maxTimestamp(Isolation.READ_UNCOMMITTED)).isPresent();
        }
    }

    @Test
    void asksForACommitAtOnceAlsoWhenNobodyAsksForDurability() throws Exception {
        try (EngineFixture fixture = fixture(ASYNC, ANY)) {
            PartitionLog log = fixture.log();
            for (int i = 0; i < 5; i++) {
                assertThat(committed(log, log.appender().append(LogBatches.at(5, "v" + i), AppendOrigin.CLIENT)))
                        .isNull();
            }
            assertThat(values(log, 0, Isolation.READ_UNCOMMITTED)).containsExactly("v0", "v1", "v2", "v3", "v4");
        }
    }

    @Test
    void aRetryOfWhatIsNotCommittedYetWaitsForTheSameCommit() throws Exception {
        try (EngineFixture fixture = fixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            log.appender().append(LogBatches.idempotent(9, 0, 0, "once"), AppendOrigin.CLIENT);
            AppendResult retry = log.appender().append(LogBatches.idempotent(9, 0, 0, "once"), AppendOrigin.CLIENT);
            assertThat(retry).isEqualTo(new AppendResult(0, 1, -1, 0, true));
            fixture.storage.allow(ANY);
            assertThat(committed(log, retry)).isNull();
            assertThat(log.appender().append(LogBatches.idempotent(9, 0, 0, "once"), AppendOrigin.CLIENT))
                    .isEqualTo(new AppendResult(0, 1, -1, 0, true));
            assertThat(values(log, 0, Isolation.READ_UNCOMMITTED)).containsExactly("once");
        }
    }

    @Test
    void appendsGatherWhileACommitIsInProgress() throws Exception {
        try (EngineFixture fixture = fixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            AppendResult last = null;
            for (int i = 0; i < 100; i++) {
                last = log.appender().append(LogBatches.at(5, "v" + i), AppendOrigin.CLIENT);
                assertThat(last.baseOffset()).isEqualTo(i);
            }
            // The first append may have started a sync alone; all other appends share the second sync.
            fixture.storage.allow(2);
            assertThat(committed(log, last)).isNull();
            assertThat(values(log, 0, Isolation.READ_UNCOMMITTED)).hasSize(100);
        }
    }

    @Test
    void triesAgainWhatACommitHadNoRoomFor() throws Exception {
        try (EngineFixture fixture = fixture(ASYNC, 0)) {
            PartitionLog log = fixture.log();
            fixture.storage.failWith(new StorageException(StorageException.Kind.RETRY, "no room"));
            AppendResult appended = log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
            fixture.storage.allow(2);
            fixture.storage.awaitSyncs(2);
            assertThat(log.highWatermark()).isZero();
            fixture.storage.failWith(null);
            fixture.storage.allow(ANY);
            assertThat(committed(log, appended)).isNull();
        }
    }

    @Test
    void aLogBeginsAtAnOffsetAndTakesBatchesOver() throws Exception {
        try (EngineFixture fixture = fixture(EngineConfig.DEFAULT, ANY)) {
            PartitionLog log = fixture.log();
            log.appender().beginAt(40);
            AppendResult appended = log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
            assertThat(appended.baseOffset()).isEqualTo(40);
            assertThat(committed(log, appended)).isNull();
            assertThat(log.logStartOffset()).isEqualTo(40);
            log.maintenance().trimTo(41);
            AppendResult next = log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT);
            assertThat(committed(log, next)).isNull();
            assertThat(values(log, 41, Isolation.READ_UNCOMMITTED)).containsExactly("b");
        }
    }

    @Test
    void trimmingToTheHighWatermarkLeavesWhatIsBeingCommitted() throws Exception {
        try (EngineFixture fixture = fixture(EngineConfig.DEFAULT, 1)) {
            PartitionLog log = fixture.log();
            committed(log, log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT));
            AppendResult next = log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT);
            log.maintenance().trimTo(1);
            fixture.storage.allow(ANY);
            assertThat(committed(log, next)).isNull();
            assertThat(values(log, 1, Isolation.READ_UNCOMMITTED)).containsExactly("b");
        }
    }

    @Test
    void aLogOpenedAgainKnowsWhatWasAppendedBefore() throws Exception {
        try (EngineFixture fixture = fixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            log.appender().append(LogBatches.idempotent(9, 0, 0, "a"), AppendOrigin.CLIENT);
            log.producers().writeSnapshot();
            log.appender().append(LogBatches.idempotent(9, 0, 1, "b"), AppendOrigin.CLIENT);
            log.commitTarget().store().close();
            PartitionLog reopened = PartitionLog.open(
                    fixture.storage.open(EngineFixture.ID, 0, PartitionConfig.DEFAULT.settings(0)),
                    0,
                    PartitionConfig.DEFAULT,
                    fixture.time,
                    (l, records) -> {});
            assertThat(reopened.logEndOffset()).isEqualTo(2);
            assertThat(reopened.appender()
                            .append(LogBatches.idempotent(9, 0, 1, "b"), AppendOrigin.CLIENT)
                            .duplicate())
                    .isTrue();
            assertThat(reopened.appender()
                            .append(LogBatches.idempotent(9, 0, 2, "c"), AppendOrigin.CLIENT)
                            .baseOffset())
                    .isEqualTo(2);
        }
    }

    private static StorageException committed(PartitionLog log, AppendResult appended) throws Exception {
        CompletableFuture<StorageException> outcome = new CompletableFuture<>();
        log.awaitHighWatermark(appended.nextOffset(), outcome::complete);
        return outcome.get(60, TimeUnit.SECONDS);
    }

    private static List<String> values(PartitionLog log, long from, Isolation isolation) {
        try (var slice = log.reader().read(from, ANY, isolation).slice()) {
            return LogBatches.values(slice.buffer());
        }
    }
}
