// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.log.config.BatchRules;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.TimestampOffset;
import io.varve.core.memory.MemoryStorageProvider;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.Compressor;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionLogTest {
    private static final long NOW = 1_000_000;

    private final VirtualTime time = new VirtualTime(NOW);
    private Storage storage;
    private PartitionLog log;

    @BeforeEach
    void open() {
        storage = new MemoryStorageProvider()
                .open(new StorageContext(
                        List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), new FailPoints()));
        log = opened(PartitionConfig.DEFAULT);
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void assignsOffsetsAcrossTheBatchesOfOneAppendAndStampsTheLeaderEpoch() {
        log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
        ByteBuffer two = LogBatches.joined(LogBatches.at(6, "b", "c"), LogBatches.at(7, "d"));
        assertThat(log.appender().append(two, AppendOrigin.CLIENT)).isEqualTo(new AppendResult(1, 4, -1, 0, false));
        try (var slice =
                log.reader().read(0, 1 << 20, Isolation.READ_UNCOMMITTED).slice()) {
            List<Long> bases = new ArrayList<>();
            MemoryRecords.readableRecords(slice.buffer()).batches().forEach(batch -> {
                batch.ensureValid();
                bases.add(batch.baseOffset());
                assertThat(batch.partitionLeaderEpoch()).isEqualTo(3);
            });
            assertThat(bases).containsExactly(0L, 1L, 3L);
        }
    }

    @Test
    void refusesDamagedBytesAndKeepsNothing() {
        ByteBuffer damaged = LogBatches.at(5, "a");
        damaged.put(damaged.limit() - 1, (byte) (damaged.get(damaged.limit() - 1) ^ 1));
        ByteBuffer half = LogBatches.joined(LogBatches.at(5, "sound"), damaged);
        assertThatThrownBy(() -> log.appender().append(half, AppendOrigin.CLIENT))
                .isInstanceOf(InvalidBatchException.class);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void refusesABatchAboveMaxMessageBytes() {
        log.configure(new PartitionConfig(
                SegmentLimits.DEFAULT, 100, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.NONE));
        assertRefused(LogBatches.at(5, "x".repeat(100)), AppendException.Kind.MESSAGE_TOO_LARGE);
    }

    @Test
    void refusesNullKeysOnACompactedTopic() {
        log.configure(new PartitionConfig(
                SegmentLimits.DEFAULT, 1 << 20, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.DEFAULT));
        assertRefused(LogBatches.at(5, "no key"), AppendException.Kind.INVALID_RECORD);
    }

    @Test
    void refusesTimestampsTooFarAhead() {
        assertRefused(LogBatches.at(NOW + 3_600_001, "future"), AppendException.Kind.INVALID_TIMESTAMP);
        log.appender().append(LogBatches.at(NOW + 3_600_000, "just allowed"), AppendOrigin.CLIENT);
    }

    @Test
    void refusesControlBatchesFromClients() {
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        1,
                        (short) 0,
                        new org.apache.kafka.common.record.internal.EndTransactionMarker(
                                org.apache.kafka.common.record.internal.ControlRecordType.COMMIT, 0))
                .buffer();
        assertThatThrownBy(() -> log.appender().append(marker, AppendOrigin.CLIENT))
                .isInstanceOf(InvalidBatchException.class);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void stampsTheBrokersTimeWhenTheTopicWantsIt() {
        log.configure(new PartitionConfig(
                SegmentLimits.DEFAULT, 1 << 20, true, Long.MAX_VALUE, 3_600_000, CompactionLimits.NONE));
        assertThat(log.appender()
                        .append(LogBatches.at(5, "a"), AppendOrigin.CLIENT)
                        .logAppendTimeMs())
                .isEqualTo(NOW);
        try (var slice =
                log.reader().read(0, 1 << 20, Isolation.READ_UNCOMMITTED).slice()) {
            MemoryRecords.readableRecords(slice.buffer()).batches().forEach(batch -> batch.ensureValid());
            MemoryRecords.readableRecords(slice.buffer())
                    .records()
                    .forEach(record -> assertThat(record.timestamp()).isEqualTo(NOW));
        }
    }

    @Test
    void answersADuplicateWithItsOriginalOffsets() {
        log.appender().append(LogBatches.at(5, "other"), AppendOrigin.CLIENT);
        log.appender().append(LogBatches.idempotent(1, 0, 0, "a", "b"), AppendOrigin.CLIENT);
        assertThat(log.appender().append(LogBatches.idempotent(1, 0, 0, "a", "b"), AppendOrigin.CLIENT))
                .isEqualTo(new AppendResult(1, 3, -1, 0, true));
        assertThat(log.logEndOffset()).isEqualTo(3);
        assertRefused(LogBatches.idempotent(1, 0, 3, "d"), AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void importsBatchesWithTheirOffsetsEpochsAndProducersAndGoesOnBehindThem() {
        log.appender().beginAt(40);
        ByteBuffer first = LogBatches.idempotent(1, 0, 0, "a", "b");
        BatchHeader.setBaseOffset(first, 0, 41);
        BatchHeader.setLeaderEpoch(first, 0, 2);
        ByteBuffer afterAGap = LogBatches.at(7, "c");
        BatchHeader.setBaseOffset(afterAGap, 0, 50);
        BatchHeader.setLeaderEpoch(afterAGap, 0, 3);
        log.appender().appendImported(LogBatches.joined(first, afterAGap).asReadOnlyBuffer());
        assertThat(log.logStartOffset()).isEqualTo(40);
        assertThat(log.logEndOffset()).isEqualTo(51);
        try (var slice = log.reader().read(40, 1 << 20, Isolation.LOG_END).slice()) {
            List<String> found = new ArrayList<>();
            MemoryRecords.readableRecords(slice.buffer())
                    .batches()
                    .forEach(batch -> found.add(batch.baseOffset() + "/" + batch.partitionLeaderEpoch()));
            assertThat(found).containsExactly("41/2", "50/3");
        }
        assertThat(log.appender().append(LogBatches.idempotent(1, 0, 0, "a", "b"), AppendOrigin.CLIENT))
                .isEqualTo(new AppendResult(41, 43, -1, 40, true));
        assertThat(log.appender()
                        .append(LogBatches.at(8, "d"), AppendOrigin.CLIENT)
                        .baseOffset())
                .isEqualTo(51);
    }

    @Test
    void importsNothingBelowItsEndNorMovesABegunLog() {
        log.appender().append(LogBatches.at(5, "a", "b"), AppendOrigin.CLIENT);
        assertThatThrownBy(() -> log.appender().appendImported(LogBatches.at(5, "below")))
                .isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> log.appender().beginAt(9)).isInstanceOf(IllegalStateException.class);
        assertThat(log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void findsRecordsByTime() {
        log.appender()
                .append(
                        LogBatches.joined(LogBatches.at(10, "a", "b"), LogBatches.at(30, "c"), LogBatches.at(20, "d")),
                        AppendOrigin.CLIENT);
        assertThat(log.reader().offsetForTimestamp(10, Isolation.READ_UNCOMMITTED))
                .isEqualTo(Optional.of(new TimestampOffset(10, 0, 3)));
        assertThat(log.reader().offsetForTimestamp(11, Isolation.READ_UNCOMMITTED))
                .isEqualTo(Optional.of(new TimestampOffset(30, 2, 3)));
        assertThat(log.reader().offsetForTimestamp(31, Isolation.READ_UNCOMMITTED))
                .isEmpty();
        assertThat(log.reader().maxTimestamp(Isolation.READ_UNCOMMITTED))
                .isEqualTo(Optional.of(new TimestampOffset(30, 2, 3)));
    }

    @Test
    void findsARecordByTimeBehindABatchWhoseHeaderClaimsTooMuch() {
        ByteBuffer lying = LogBatches.at(10, "a");
        lying.putLong(35, 50); // max timestamp
        lying.putInt(17, (int) BatchHeader.computeCrc(lying, 0));
        log.appender()
                .append(LogBatches.joined(lying, LogBatches.at(5, "b"), LogBatches.at(40, "c")), AppendOrigin.CLIENT);
        assertThat(log.reader().offsetForTimestamp(20, Isolation.READ_UNCOMMITTED))
                .isEqualTo(Optional.of(new TimestampOffset(40, 2, 3)));
    }

    @Test
    void neverAnswersATimeWithARecordBelowTheStart() {
        log.appender().append(LogBatches.at(10, "a", "b", "c"), AppendOrigin.CLIENT);
        log.maintenance().trimTo(1);
        assertThat(log.reader().offsetForTimestamp(10, Isolation.READ_UNCOMMITTED))
                .isEqualTo(Optional.of(new TimestampOffset(10, 1, 3)));
        assertThat(log.reader().maxTimestamp(Isolation.READ_UNCOMMITTED))
                .isEqualTo(Optional.of(new TimestampOffset(10, 1, 3)));
    }

    @Test
    void refusesTimestampsTooFarBehind() {
        log.configure(
                new PartitionConfig(SegmentLimits.DEFAULT, 1 << 20, false, 1_000, 3_600_000, CompactionLimits.NONE));
        assertRefused(LogBatches.at(NOW - 1_001, "old"), AppendException.Kind.INVALID_TIMESTAMP);
        ByteBuffer beforeTime = LogBatches.at(NOW, "x");
        beforeTime.putLong(27, Long.MIN_VALUE); // base timestamp
        beforeTime.putInt(17, (int) BatchHeader.computeCrc(beforeTime, 0));
        assertRefused(beforeTime, AppendException.Kind.INVALID_TIMESTAMP);
        log.appender().append(LogBatches.at(NOW - 1_000, "just allowed"), AppendOrigin.CLIENT);
    }

    @Test
    void refusesReadsOutsideTheLogAndTrimsAboveTheHighWatermark() {
        log.appender().append(LogBatches.at(5, "a", "b", "c"), AppendOrigin.CLIENT);
        log.maintenance().trimTo(3);
        log.appender().append(LogBatches.at(5, "d"), AppendOrigin.CLIENT);
        assertThat(log.logStartOffset()).isEqualTo(3);
        assertThatThrownBy(() -> log.reader().read(2, 100, Isolation.READ_UNCOMMITTED))
                .isInstanceOf(OffsetOutOfRangeException.class);
        assertThatThrownBy(() -> log.reader().read(5, 100, Isolation.READ_UNCOMMITTED))
                .isInstanceOf(OffsetOutOfRangeException.class);
        assertThatThrownBy(() -> log.maintenance().trimTo(5)).isInstanceOf(OffsetOutOfRangeException.class);
        log.reader().read(4, 100, Isolation.READ_UNCOMMITTED).slice().close();
    }

    @Test
    void showsAWatcherEveryHighWatermarkFromThePresentOneOn() {
        log.appender().append(LogBatches.at(5, "a"), AppendOrigin.CLIENT);
        List<Long> seen = new ArrayList<>();
        PartitionLog.Subscription watching = log.onHighWatermark(seen::add);
        log.appender().append(LogBatches.at(5, "b"), AppendOrigin.CLIENT);
        watching.close();
        log.appender().append(LogBatches.at(5, "c"), AppendOrigin.CLIENT);
        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void neverShowsWhatASyncFoundOfAnAppendThatIsNotThrough() {
        log.appender().append(LogBatches.at(5, "a", "b"), AppendOrigin.CLIENT);
        log.commitTarget().committed(5);
        assertThat(log.highWatermark()).isEqualTo(log.logEndOffset()).isEqualTo(2);
    }

    private void assertRefused(ByteBuffer batch, AppendException.Kind kind) {
        long end = log.logEndOffset();
        assertThatThrownBy(() -> log.appender().append(batch, AppendOrigin.CLIENT))
                .isInstanceOfSatisfying(
                        AppendException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(log.logEndOffset()).isEqualTo(end);
    }

    /** Uses a log that commits every append before the append returns. */
    @Test
    void asksForTheCommitOfSeveralAppendsOnceTheyAreDone() {
        List<Runnable> afterwards = new ArrayList<>();
        append("a", afterwards::add);
        append("b", afterwards::add);
        assertThat(log.highWatermark()).isZero();
        afterwards.get(0).run();
        assertThat(log.highWatermark()).isEqualTo(2);
    }

    @Test
    void asksForTheCommitItselfWhenTheExecutorHasEnded() {
        append("a", task -> {
            throw new RejectedExecutionException("ended");
        });
        assertThat(log.highWatermark()).isEqualTo(1);
    }

    private void append(String value, Executor afterwards) {
        AppendRun run = log.appender().check(LogBatches.at(5, value), AppendOrigin.CLIENT, DecompressionMeter.NONE);
        log.appender().append(run, VerificationGuard.NONE, afterwards, null);
    }

    private PartitionLog opened(PartitionConfig config) {
        return PartitionLog.open(
                storage.open(new PartitionId("t", new UUID(1, 1), 0), 3, config.settings(0)),
                3,
                config,
                time,
                (log, records) -> {
                    storage.sync(List.of(log.commitTarget().store()));
                    log.commitTarget().committed(log.extent().durableEnd());
                });
    }

    @Test
    void theMaxTimestampIsWhatTheRecordsSay() {
        ByteBuffer batch = LogBatches.at(NOW, "a");
        batch.putLong(35, -1).putInt(17, (int) BatchHeader.computeCrc(batch, 0));
        log.appender().append(batch, AppendOrigin.CLIENT);
        try (var slice =
                log.reader().read(0, 1 << 20, Isolation.READ_UNCOMMITTED).slice()) {
            MemoryRecords.readableRecords(slice.buffer()).batches().forEach(stored -> {
                stored.ensureValid();
                assertThat(stored.maxTimestamp()).isEqualTo(NOW);
            });
        }
        assertThat(log.reader().offsetForTimestamp(NOW, Isolation.LOG_END)).isPresent();
    }

    @Test
    void believesTheHeaderWhereThatIsWanted() {
        log.configure(PartitionConfig.DEFAULT.with(new BatchRules(false, 1 << 20, null)));
        ByteBuffer batch = LogBatches.at(NOW, "a");
        batch.put(batch.limit() - 1, (byte) 2).putInt(17, (int) BatchHeader.computeCrc(batch, 0));
        log.appender().append(batch.duplicate(), AppendOrigin.CLIENT);
        log.configure(PartitionConfig.DEFAULT);
        BatchHeader.setBaseOffset(batch, 0, 0);
        assertThatThrownBy(() -> log.appender().append(batch, AppendOrigin.CLIENT))
                .isInstanceOf(InvalidBatchException.class);
        assertThat(log.logEndOffset()).isEqualTo(1);
    }

    @Test
    void refusesABatchThatNoSegmentMayHold() {
        log.configure(PartitionConfig.DEFAULT.with(new SegmentLimits(200, Long.MAX_VALUE, 0, 1 << 20)));
        assertRefused(LogBatches.at(NOW, "x".repeat(200)), AppendException.Kind.RECORD_LIST_TOO_LARGE);
    }

    @Test
    void appendsTwoNewBatchesOfOneProducerTogether() {
        ByteBuffer two =
                LogBatches.joined(LogBatches.idempotent(1, 0, 0, "a", "b"), LogBatches.idempotent(1, 0, 2, "c"));
        assertThat(log.appender().append(two, AppendOrigin.CLIENT).nextOffset()).isEqualTo(3);
        ByteBuffer again =
                LogBatches.joined(LogBatches.idempotent(1, 0, 0, "a", "b"), LogBatches.idempotent(1, 0, 2, "c"));
        assertThat(log.appender().append(again, AppendOrigin.CLIENT)).isEqualTo(new AppendResult(0, 3, -1, 0, true));
    }

    @Test
    void dropsNoNewBatchBecauseAnotherOneIsADuplicate() {
        log.appender().append(LogBatches.idempotent(1, 0, 0, "a"), AppendOrigin.CLIENT);
        assertRefused(
                LogBatches.joined(LogBatches.idempotent(1, 0, 0, "a"), LogBatches.idempotent(1, 0, 1, "b")),
                AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertRefused(
                LogBatches.joined(LogBatches.idempotent(1, 0, 0, "a"), LogBatches.at(NOW, "of nobody")),
                AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void compressesAsTheTopicWants(Codec codec) {
        Compressor compressor = Compressor.of(codec);
        log.configure(PartitionConfig.DEFAULT.with(new BatchRules(true, 1 << 20, compressor)));
        log.appender().append(LogBatches.idempotent(7, 2, 0, "a", "b"), AppendOrigin.CLIENT);
        ByteBuffer gzip = MemoryRecords.withRecords(
                        org.apache.kafka.common.compress.Compression.gzip().build(),
                        new org.apache.kafka.common.record.internal.SimpleRecord(NOW, null, new byte[] {'c'}))
                .buffer();
        log.appender().append(gzip, AppendOrigin.CLIENT);
        try (var slice =
                log.reader().read(0, 1 << 20, Isolation.READ_UNCOMMITTED).slice()) {
            MemoryRecords.readableRecords(slice.buffer()).batches().forEach(stored -> {
                stored.ensureValid();
                assertThat(stored.compressionType().id).isEqualTo((byte) codec.id());
            });
            assertThat(LogBatches.values(slice.buffer())).containsExactly("a", "b", "c");
            var first = MemoryRecords.readableRecords(slice.buffer())
                    .batches()
                    .iterator()
                    .next();
            assertThat(first.producerId()).isEqualTo(7);
            assertThat(first.producerEpoch()).isEqualTo((short) 2);
            assertThat(first.lastSequence()).isEqualTo(1);
            assertThat(first.maxTimestamp()).isEqualTo(1_000);
        }
    }
}
