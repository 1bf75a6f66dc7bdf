// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogEngineTest {
    private static final int ANY = 1_000_000;

    @Test
    void showsConsumersOnlyWhatIsDurable() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            CompletableFuture<StorageException> acked = new CompletableFuture<>();
            AppendResult appended = log.appender().append(LogBatches.at(5, "a", "b"), AppendOrigin.CLIENT);
            log.awaitHighWatermark(appended.nextOffset(), acked::complete);
            assertThat(appended.nextOffset()).isEqualTo(2);
            assertThat(log.highWatermark()).isZero();
            assertThat(values(log, Isolation.READ_UNCOMMITTED)).isEmpty();
            assertThat(values(log, Isolation.LOG_END)).containsExactly("a", "b");
            assertThat(acked).isNotDone();

            fixture.storage.allow(1);
            assertThat(acked.get(60, TimeUnit.SECONDS)).isNull();
            assertThat(log.highWatermark()).isEqualTo(2);
            assertThat(values(log, Isolation.READ_UNCOMMITTED)).containsExactly("a", "b");
        }
    }

    @Test
    void commitsManyPartitionsWithOneSync() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog first = fixture.log();
            await(
                    first,
                    first.appender().append(LogBatches.at(5, "taken by the first sync"), AppendOrigin.CLIENT),
                    fixture);
            CompletableFuture<?>[] acks = new CompletableFuture<?>[100];
            for (int i = 0; i < acks.length; i++) {
                PartitionLog log =
                        fixture.engine.open(new PartitionId("many", new UUID(3, 4), i), 0, PartitionConfig.DEFAULT);
                AppendResult appended = log.appender().append(LogBatches.at(5, "x"), AppendOrigin.CLIENT);
                acks[i] = acked(log, appended);
            }
            // The first append may start a sync alone; all other appends share the second sync.
            fixture.storage.allow(2);
            CompletableFuture.allOf(acks).get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void showsAtOnceWhatIsOnlyReadableWhenNotAskedToSync() {
        try (EngineFixture fixture = new EngineFixture(async(Long.MAX_VALUE, Long.MAX_VALUE), 0)) {
            PartitionLog log = fixture.log();
            log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
            assertThat(log.highWatermark()).isEqualTo(1);
            assertThat(log.extent().durableEnd()).isZero();
        }
    }

    @Test
    void flushesByCountAndByTimeInAsync() throws Exception {
        try (EngineFixture fixture = new EngineFixture(async(Long.MAX_VALUE, 2), ANY)) {
            PartitionLog log = fixture.log();
            log.appender().append(LogBatches.at(5, "a", "b"), AppendOrigin.CLIENT);
            awaitDurable(log, 2);
        }
    }

    @Test
    void flushesAsOftenAsIsSaidWhileItRuns() {
        EngineConfig never = async(Long.MAX_VALUE, Long.MAX_VALUE);
        try (EngineFixture fixture = new EngineFixture(never, ANY)) {
            PartitionLog log = fixture.log();
            append(log, "a");
            fixture.engine.flushEvery(Long.MAX_VALUE, 2);
            append(log, "b");
            awaitDurable(log, 2);
            append(log, "c");
            fixture.engine.flushEvery(1, Long.MAX_VALUE);
            awaitDurable(log, 3);
            fixture.engine.flushEvery(Long.MAX_VALUE, Long.MAX_VALUE);
            append(log, "d");
            assertThat(log.highWatermark()).isEqualTo(4);
        }
    }

    @Test
    void flushesAtAnIntervalOfZero() {
        try (EngineFixture fixture = new EngineFixture(async(0, Long.MAX_VALUE), ANY)) {
            PartitionLog log = fixture.log();
            append(log, "a");
            awaitDurable(log, 1);
        }
    }

    private static EngineConfig async(long flushMs, long flushRecords) {
        return new EngineConfig(
                Durability.ASYNC,
                flushMs,
                flushRecords,
                Long.MAX_VALUE,
                RetentionConfig.DEFAULT,
                CompactionConfig.BY_HAND);
    }

    private static void append(PartitionLog log, String value) {
        log.appender().append(LogBatches.at(5, value), AppendOrigin.CLIENT);
    }

    private static void awaitDurable(PartitionLog log, long end) {
        while (log.extent().durableEnd() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void tellsWaitersWhenASyncFailed() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            CompletableFuture<StorageException> before =
                    acked(log, log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT));
            fixture.storage.failWith(new StorageException(StorageException.Kind.FULL, "disk gone"));
            fixture.storage.allow(1);
            assertThat(before.get(60, TimeUnit.SECONDS).kind()).isEqualTo(StorageException.Kind.FULL);
            assertThat(log.highWatermark()).isZero();
            CompletableFuture<StorageException> later = new CompletableFuture<>();
            log.awaitHighWatermark(1, later::complete);
            assertThat(later.getNow(null).kind()).isEqualTo(StorageException.Kind.FULL);
        }
    }

    @Test
    void syncsAgainWhatASyncLeftToBeTriedAgain() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            CompletableFuture<StorageException> acked =
                    acked(log, log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT));
            fixture.storage.failWith(new StorageException(StorageException.Kind.RETRY, "no room for a checkpoint"));
            fixture.storage.allow(2);
            fixture.storage.awaitSyncs(2);
            assertThat(acked).isNotDone();
            fixture.storage.failWith(null);
            fixture.storage.allow(ANY);
            assertThat(acked.get(60, TimeUnit.SECONDS)).isNull();
            assertThat(acked(log, log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT))
                            .get(60, TimeUnit.SECONDS))
                    .isNull();
        }
    }

    @Test
    void commitsOnWhenACallbackFails() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, 0)) {
            PartitionLog log = fixture.log();
            log.onHighWatermark(offset -> {
                throw new IllegalStateException("a watcher failed at " + offset);
            });
            AppendResult first = log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
            log.awaitHighWatermark(first.nextOffset(), failure -> {
                throw new AssertionError("a waiter failed");
            });
            CompletableFuture<StorageException> other = acked(log, first);
            fixture.storage.allow(ANY);
            assertThat(other.get(60, TimeUnit.SECONDS)).isNull();
            assertThat(acked(log, log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT))
                            .get(60, TimeUnit.SECONDS))
                    .isNull();
        }
    }

    @Test
    void commitsOnAfterASyncThatDied() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, ANY)) {
            PartitionLog log = fixture.log();
            fixture.storage.failOnce(new OutOfMemoryError("as if"));
            CompletableFuture<StorageException> lost =
                    acked(log, log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT));
            assertThat(lost.get(60, TimeUnit.SECONDS)).isNotNull();
            assertThatThrownBy(() ->
                            log.appender().append(LogBatches.at(5, "never to be acknowledged"), AppendOrigin.CLIENT))
                    .isInstanceOf(StorageException.class);
            PartitionLog other =
                    fixture.engine.open(new PartitionId("other", new UUID(3, 4), 0), 0, PartitionConfig.DEFAULT);
            assertThat(acked(other, other.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT))
                            .get(60, TimeUnit.SECONDS))
                    .isNull();
        }
    }

    @Test
    void failsAReadOfADeletedPartitionAndItsWaiters() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, ANY)) {
            PartitionLog log = fixture.log();
            CompletableFuture<StorageException> waiting = new CompletableFuture<>();
            log.awaitHighWatermark(1, waiting::complete);
            fixture.engine.delete(EngineFixture.ID);
            assertThat(waiting.get(60, TimeUnit.SECONDS).kind()).isEqualTo(StorageException.Kind.CLOSED);
            assertThat(fixture.engine.partition(EngineFixture.ID)).isEmpty();
            assertThatThrownBy(() -> log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT))
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.CLOSED));
            assertThat(fixture.log()).isNotSameAs(log);
        }
    }

    @Test
    void forgetsAWaiterThatCalledOff() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, ANY)) {
            PartitionLog log = fixture.log();
            CompletableFuture<StorageException> calledOff = new CompletableFuture<>();
            log.awaitHighWatermark(1, calledOff::complete).close();
            acked(log, log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT))
                    .get(60, TimeUnit.SECONDS);
            assertThat(calledOff).isNotDone();
        }
    }

    @Test
    void rebuildsProducerStateFromTheLog() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, ANY)) {
            PartitionLog log = fixture.log();
            for (int sequence = 0; sequence < 6; sequence++) {
                acked(
                                log,
                                log.appender()
                                        .append(
                                                LogBatches.idempotent(9, 0, sequence, "v" + sequence),
                                                AppendOrigin.CLIENT))
                        .get(60, TimeUnit.SECONDS);
                if (sequence == 2) {
                    log.producers().writeSnapshot();
                }
            }
            log.commitTarget().store().close();
            PartitionLog reopened = PartitionLog.open(
                    fixture.storage.open(EngineFixture.ID, 0, PartitionConfig.DEFAULT.settings(0)),
                    0,
                    PartitionConfig.DEFAULT,
                    fixture.time,
                    (l, records) -> {});
            AppendResult again = reopened.appender().append(LogBatches.idempotent(9, 0, 3, "v3"), AppendOrigin.CLIENT);
            assertThat(again).isEqualTo(new AppendResult(3, 4, -1, 0, true));
            assertThat(reopened.appender()
                            .append(LogBatches.idempotent(9, 0, 6, "v6"), AppendOrigin.CLIENT)
                            .baseOffset())
                    .isEqualTo(6);
        }
    }

    @Test
    void doesNotRefuseAProducerWhoseBatchesAreTrimmedByNow() throws Exception {
        try (EngineFixture fixture = new EngineFixture(EngineConfig.DEFAULT, ANY)) {
            PartitionLog log = fixture.log();
            for (int sequence = 0; sequence < 6; sequence++) {
                acked(
                                log,
                                log.appender()
                                        .append(
                                                LogBatches.idempotent(9, 0, sequence, "v" + sequence),
                                                AppendOrigin.CLIENT))
                        .get(60, TimeUnit.SECONDS);
                if (sequence == 2) {
                    log.producers().writeSnapshot();
                }
            }
            log.maintenance().trimTo(6);
            log.commitTarget().store().close();
            PartitionLog reopened = PartitionLog.open(
                    fixture.storage.open(EngineFixture.ID, 0, PartitionConfig.DEFAULT.settings(0)),
                    0,
                    PartitionConfig.DEFAULT,
                    fixture.time,
                    (l, records) -> {});
            assertThat(reopened.appender()
                            .append(LogBatches.idempotent(9, 0, 6, "v6"), AppendOrigin.CLIENT)
                            .baseOffset())
                    .isEqualTo(6);
        }
    }

    private static CompletableFuture<StorageException> acked(PartitionLog log, AppendResult appended) {
        CompletableFuture<StorageException> acked = new CompletableFuture<>();
        log.awaitHighWatermark(appended.nextOffset(), acked::complete);
        return acked;
    }

    private static void await(PartitionLog log, AppendResult appended, EngineFixture fixture) throws Exception {
        fixture.storage.allow(1);
        acked(log, appended).get(60, TimeUnit.SECONDS);
    }

    private static List<String> values(PartitionLog log, Isolation isolation) {
        ReadResult read = log.reader().read(0, ANY, isolation);
        try (var slice = read.slice()) {
            return LogBatches.values(slice.buffer());
        }
    }
}
