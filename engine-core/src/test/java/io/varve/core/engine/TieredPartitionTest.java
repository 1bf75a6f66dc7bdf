// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.ReadResult;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.retention.DeletionCause;
import io.varve.core.retention.Hold;
import io.varve.core.retention.Obstacle;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.TierLimits;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.Tiering;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the engine on a storage with a remote tier, in virtual time. */
class TieredPartitionTest {
    private static final long MINUTE = 60_000;
    private static final long DAY = 24 * 60 * MINUTE;
    private static final PartitionId ID = new PartitionId("orders", new UUID(1, 2), 0);
    /** Two batches fill a segment. */
    private static final SegmentLimits SMALL = new SegmentLimits(1_000, 7 * DAY, 0, 1 << 16);

    private final VirtualTime time = new VirtualTime(1_700_000_000_000L);
    private final TieredStorage storage = new TieredStorage(new MemoryStorage(ReadableAt.AT_APPEND, time));
    private final LogEngine engine = LogEngine.open(
            new StorageProvider() {
                @Override
                public String name() {
                    return "tiered";
                }

                @Override
                public Storage open(StorageContext context) {
                    return storage;
                }
            },
            new StorageContext(List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), new FailPoints()),
            new EngineConfig(
                    Durability.ASYNC,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    RetentionConfig.DEFAULT,
                    CompactionConfig.BY_HAND));

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    private static PartitionConfig config(Tiering tiering, long localMs) {
        return PartitionConfig.DEFAULT
                .with(SMALL)
                .with(new RetentionLimits(true, 30 * DAY, -1, List.of()))
                .with(new TierLimits(tiering, localMs, TierLimits.AS_TOTAL));
    }

    /** Opens the partition, with five segments of two batches. */
    private PartitionLog log(PartitionConfig config) {
        PartitionLog log = engine.open(ID, 0, config);
        for (int i = 0; i < 10; i++) {
            log.appender().append(LogBatches.at(time.millis(), "x".repeat(400)), AppendOrigin.CLIENT);
        }
        return log;
    }

    private static List<Segment.Tier> tiers(PartitionLog log) {
        return log.segments().stream().map(Segment::tier).toList();
    }

    @Test
    void localRetentionDropsOldCopiesOfWhatIsUploadedAndNoRecord() {
        PartitionLog log = log(config(Tiering.COPY, DAY));
        storage.uploadedTo = 6;
        time.advance(DAY + 10 * MINUTE);
        assertThat(tiers(log))
                .containsExactly(
                        Segment.Tier.REMOTE,
                        Segment.Tier.REMOTE,
                        Segment.Tier.REMOTE,
                        Segment.Tier.LOCAL,
                        Segment.Tier.LOCAL);
        assertThat(log.logStartOffset()).isZero();
        RetentionExplanation explained = engine.explainRetention(log);
        assertThat(explained.rules().tier().localRetentionMs()).isEqualTo(DAY);
        assertThat(explained.local().fates().get(3).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Obstacle.Kind.NOT_UPLOADED);
        storage.uploadedTo = 8;
        time.advance(10 * MINUTE);
        assertThat(tiers(log).get(3)).isEqualTo(Segment.Tier.REMOTE);
        time.advance(30 * DAY);
        assertThat(log.logStartOffset())
                .as("total retention deletes what is remote too")
                .isEqualTo(10);
    }

    @Test
    void aTierThatIsTurnedOffLosesWhatIsOnlyThere() {
        PartitionLog log = log(config(Tiering.COPY, DAY));
        storage.uploadedTo = 6;
        storage.localFrom = 4;
        PartitionConfig off = config(Tiering.OFF, DAY);
        RetentionLimits held = off.retention().withHolds(List.of(new Hold("audit", 2, 3)));
        log.configure(off.with(held));
        assertThat(storage.settings.firstPinned()).isEqualTo(2);
        assertThat(storage.settings.tiering()).isEqualTo(Tiering.OFF);
        time.advance(10 * MINUTE);
        assertThat(log.logStartOffset()).isEqualTo(2);
        assertThat(engine.explainRetention(log).plan().fates().get(0).cause()).isEqualTo(DeletionCause.TIER_OFF);
        log.configure(off);
        assertThat(storage.settings.firstPinned()).isEqualTo(Long.MAX_VALUE);
        time.advance(10 * MINUTE);
        assertThat(log.logStartOffset()).isEqualTo(4);
    }

    @Test
    void tellsWhereTheLocalRecordsBeginAndTheRemoteOnesEnd() {
        PartitionLog log = log(config(Tiering.COPY, DAY));
        assertThat(log.reader().localLogStartOffset()).isZero();
        assertThat(log.reader().tieredEnd()).isEmpty();
        storage.uploadedTo = 6;
        assertThat(log.reader().localLogStartOffset()).isZero();
        assertThat(log.reader().tieredEnd()).isEqualTo(OptionalLong.of(6));
        storage.localFrom = 4;
        assertThat(log.reader().localLogStartOffset()).isEqualTo(4);
        log.maintenance().trimTo(5);
        assertThat(log.reader().localLogStartOffset()).isEqualTo(5);
        assertThat(log.reader().tieredEnd()).isEqualTo(OptionalLong.of(6));
    }

    @Test
    void anAsynchronousReadWaitsForTheTierOnlyWhereItMust() throws Exception {
        PartitionLog log = log(config(Tiering.COPY, DAY));
        storage.uploadedTo = 6;
        storage.localFrom = 4;
        assertThat(log.reader().isLocal(3)).isFalse();
        assertThat(log.reader().isLocal(4)).isTrue();
        CompletableFuture<ReadResult> local = log.reader().readAsync(4, 1, Isolation.READ_UNCOMMITTED);
        assertThat(local).isCompleted();
        local.get().slice().close();
        CompletableFuture<ReadResult> remote = log.reader().readAsync(1, 1, Isolation.READ_COMMITTED);
        assertThat(remote).isNotDone();
        log.appender().append(LogBatches.at(time.millis(), "later"), AppendOrigin.CLIENT);
        storage.pendingReads.remove(0).run();
        ReadResult result = remote.get();
        assertThat(result.highWatermark()).isEqualTo(10);
        assertThat(result.slice().sizeInBytes()).isPositive();
        result.slice().close();
    }

    @Test
    void anAsynchronousReadFailsWithWhatAReadThrows() {
        PartitionLog log = log(config(Tiering.COPY, DAY));
        storage.uploadedTo = 6;
        storage.localFrom = 6;
        fails(log.reader().readAsync(11, 1, Isolation.LOG_END), OffsetOutOfRangeException.class);
        CompletableFuture<ReadResult> trimmed = log.reader().readAsync(1, 1, Isolation.LOG_END);
        log.maintenance().trimTo(4);
        storage.pendingReads.remove(0).run();
        fails(trimmed, OffsetOutOfRangeException.class);
        CompletableFuture<ReadResult> deleted = log.reader().readAsync(5, 1, Isolation.LOG_END);
        engine.delete(ID);
        storage.pendingReads.remove(0).run();
        fails(deleted, StorageException.class);
        fails(log.reader().readAsync(5, 1, Isolation.LOG_END), StorageException.class);
    }

    private static void fails(CompletableFuture<ReadResult> read, Class<? extends Exception> with) {
        assertThat(read)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(with);
    }

    /** Opens the partition, compacted, with ten segments of two batches of two keys. */
    private PartitionLog compactedLog() {
        PartitionConfig compacted = new PartitionConfig(
                        SMALL,
                        1 << 20,
                        false,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        new CompactionLimits(true, 0, 0, Long.MAX_VALUE, 1000))
                .with(new TierLimits(Tiering.COPY, 1, 1));
        PartitionLog log = engine.open(ID, 0, compacted);
        for (int i = 0; i < 20; i++) {
            byte[] key = ("key" + i % 2).getBytes(StandardCharsets.UTF_8);
            log.appender()
                    .append(
                            new RecordBatchBuilder(Codec.NONE)
                                    .append(
                                            time.millis(),
                                            java.nio.ByteBuffer.wrap(key),
                                            java.nio.ByteBuffer.allocate(400),
                                            List.of())
                                    .build(),
                            AppendOrigin.CLIENT);
        }
        return log;
    }

    @Test
    void compactionNeverAsksForTheReplacementOfWhatIsOnlyRemote() {
        PartitionLog log = compactedLog();
        storage.uploadedTo = 12;
        storage.localFrom = 8;
        assertThat(engine.compactOnce()).isTrue();
        assertThat(storage.replaced).isNotEmpty();
        assertThat(storage.replaced.get(0).get(0).baseOffset()).isEqualTo(8);
        assertThat(storage.replaced).allSatisfy(old -> assertThat(old).allMatch(segment -> segment.baseOffset() >= 8));
        assertThat(engine.compactOnce()).isFalse();
        time.advance(DAY);
        assertThat(tiers(log)).as("local retention leaves it alone").contains(Segment.Tier.BOTH);
    }

    @Test
    void anUploadDuringAReplacementHidesNoBugOfTheReplacement() {
        PartitionLog log = compactedLog();
        storage.beforeReplace = () -> {
            storage.uploadedTo = 20;
            throw new StorageException(StorageException.Kind.MISUSE, "as if the engine had a bug");
        };
        assertThat(engine.compactOnce()).isTrue();
        assertThat(engine.uncleanable()).containsExactly(log.id());
    }
}
