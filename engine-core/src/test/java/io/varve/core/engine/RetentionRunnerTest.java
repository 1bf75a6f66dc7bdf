// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.LogBatches;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.BatchRules;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.MemoryStorageProvider;
import io.varve.core.memory.ReadableAt;
import io.varve.core.retention.FutureTimestamps;
import io.varve.core.retention.HeldException;
import io.varve.core.retention.Hold;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.SegmentFate;
import io.varve.core.retention.TierLimits;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.NotedMetrics;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the engine's retention in virtual time. */
class RetentionRunnerTest {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final PartitionId ID = new PartitionId("orders", new UUID(1, 2), 0);
    private static final SegmentLimits SMALL = new SegmentLimits(1_000, 7 * DAY, 0, 1 << 16);

    private final VirtualTime time = new VirtualTime(1_700_000_000_000L);
    private LogEngine engine = open(FutureTimestamps.APPEND_TIME);

    private LogEngine open(FutureTimestamps rule) {
        return LogEngine.open(
                new MemoryStorageProvider(),
                new StorageContext(List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), new FailPoints()),
                new EngineConfig(
                        Durability.ASYNC,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        new RetentionConfig(5 * MINUTE, rule),
                        CompactionConfig.BY_HAND));
    }

    @AfterEach
    void closeEngine() {
        engine.close();
    }

    private PartitionLog log(RetentionLimits limits) {
        return engine.open(ID, 0, config(limits));
    }

    private static PartitionConfig config(RetentionLimits limits) {
        return new PartitionConfig(
                SMALL,
                1 << 20,
                false,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                CompactionLimits.NONE,
                limits,
                BatchRules.DEFAULT,
                TierLimits.OFF);
    }

    private static RetentionLimits keepFor(long ms) {
        return new RetentionLimits(true, ms, -1, List.of());
    }

    private void append(PartitionLog log, long timestamp) {
        log.appender().append(batch(timestamp), AppendOrigin.CLIENT);
    }

    /** Makes a batch of a size of which two fill a segment. */
    private static ByteBuffer batch(long timestamp) {
        return LogBatches.at(timestamp, "x".repeat(400));
    }

    @Test
    void emptiesALogThatNobodyWritesAnyMoreAndGoesOnWithTheNextOffset() {
        PartitionLog log = log(keepFor(10 * MINUTE));
        append(log, time.millis());
        time.advance(10 * MINUTE);
        assertThat(log.logStartOffset()).isZero();
        time.advance(5 * MINUTE);
        assertThat(log.logStartOffset()).isEqualTo(1);
        assertThat(log.sizeInBytes()).isZero();
        append(log, time.millis());
        assertThat(log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void aRecordFromTheFutureIsDeletedByItsArrivalUnlessKafkasRuleHolds() {
        for (FutureTimestamps rule : FutureTimestamps.values()) {
            engine.close();
            engine = open(rule);
            PartitionLog log = log(keepFor(HOUR));
            append(log, time.millis() + 3650 * DAY);
            time.advance(2 * HOUR);
            assertThat(log.logStartOffset()).isEqualTo(rule == FutureTimestamps.KAFKA ? 0 : 1);
        }
    }

    @Test
    void whatWasAppendedWhileTheClockWasBehindIsAsYoungAsItsRecords() {
        long right = time.millis() + 5 * 365 * DAY;
        PartitionLog log = log(keepFor(DAY));
        append(log, right);
        RetentionExplanation before = engine.explainRetention(log);
        assertThat(before.plan().fates().get(0).isByAppend()).isTrue();
        log.configure(config(keepFor(-1))); // deletes nothing while the clock is corrected
        time.advance(right - time.millis());
        log.configure(config(keepFor(DAY)));
        RetentionExplanation after = engine.explainRetention(log);
        assertThat(after.plan().newStart()).isZero();
        assertThat(after.plan().fates().get(0).ageFromMs()).isEqualTo(right);
        time.advance(HOUR);
        assertThat(log.logStartOffset()).isZero();
        time.advance(DAY);
        assertThat(log.logStartOffset()).isEqualTo(1);
    }

    @Test
    void newSettingsHoldFromTheNextCheck() {
        PartitionLog log = log(keepFor(-1));
        append(log, time.millis());
        time.advance(30 * DAY);
        assertThat(log.logStartOffset()).isZero();
        log.configure(config(keepFor(DAY)));
        time.advance(5 * MINUTE);
        assertThat(log.logStartOffset()).isEqualTo(1);
    }

    @Test
    void keepsWhatIsHeldUntilItIsReleased() {
        PartitionLog log = log(keepFor(DAY).withHolds(List.of(new Hold("audit", 2, 3))));
        for (int i = 0; i < 6; i++) {
            append(log, time.millis());
        }
        time.advance(3 * DAY);
        assertThat(log.logStartOffset()).isEqualTo(2);
        assertThatThrownBy(() -> engine.deleteRecords(log, 3))
                .isInstanceOf(HeldException.class)
                .hasMessageContaining("audit");
        log.configure(config(keepFor(DAY)));
        time.advance(5 * MINUTE);
        assertThat(log.logStartOffset()).isEqualTo(6);
    }

    @Test
    void deletesRecordsDurably() {
        PartitionLog log = log(keepFor(-1));
        for (int i = 0; i < 3; i++) {
            append(log, time.millis());
        }
        assertThat(time.await(engine.deleteRecords(log, 2).toCompletableFuture(), 0))
                .isTrue();
        assertThat(log.logStartOffset()).isEqualTo(2);
        assertThat(log.extent().durableEnd()).isEqualTo(3);
        assertThat(time.await(engine.deleteRecords(log, 1).toCompletableFuture(), 0))
                .isTrue();
        assertThat(log.logStartOffset()).isEqualTo(2);
        assertThatThrownBy(() -> engine.deleteRecords(log, 4)).isInstanceOf(OffsetOutOfRangeException.class);
    }

    @Test
    void aDryRunChangesNothing() {
        PartitionLog log = log(keepFor(-1));
        append(log, time.millis());
        time.advance(DAY);
        RetentionExplanation tried = engine.explainRetention(log, config(keepFor(HOUR)));
        assertThat(tried.plan().newStart()).isEqualTo(1);
        time.advance(DAY);
        assertThat(log.logStartOffset()).isZero();
        assertThat(engine.explainRetention(log).plan().newStart()).isZero();
    }

    @Test
    void aPartitionThatFailsKeepsNoOtherFromItsTurnAndIsTriedAgain() {
        MemoryStorage storage = new MemoryStorage(ReadableAt.AT_APPEND, time);
        AtomicInteger tries = new AtomicInteger();
        NotedMetrics metrics = new NotedMetrics();
        PartitionLog failing = log(refusingToTrim(storage.open(ID, 0, PartitionSettings.of(SMALL)), tries, 2));
        PartitionLog sound =
                log(storage.open(new PartitionId("orders", new UUID(1, 2), 1), 0, PartitionSettings.of(SMALL)));
        RetentionRunner retention = new RetentionRunner(
                () -> List.of(failing, sound),
                RetentionConfig.DEFAULT,
                new StorageContext(
                        List.of(Path.of("unused")), Map.of(), time, time, Ids.random(), new FailPoints(), metrics));
        time.advance(DAY);
        retention.check();
        assertThat(sound.logStartOffset()).isEqualTo(1);
        assertThat(failing.logStartOffset()).isZero();
        metrics.read(retention::read);
        assertThat(metrics.value("varve_retention_failing_partitions")).isEqualTo(1);
        assertThat(metrics.value("varve_retention_last_check_timestamp_seconds"))
                .isEqualTo(time.millis() / 1e3);
        retention.check();
        retention.check();
        assertThat(metrics.value("varve_retention_failing_partitions")).isZero();
        assertThat(metrics.value("varve_retention_deleted_segments_total", "all"))
                .isEqualTo(2);
        assertThat(metrics.value("varve_retention_deleted_bytes_total", "all")).isGreaterThan(100);
        assertThat(failing.logStartOffset()).isEqualTo(1);
        assertThat(tries).hasValue(3);
    }

    /** Opens a log with one visible record. */
    private PartitionLog log(PartitionStore store) {
        PartitionLog log = PartitionLog.open(store, 0, config(keepFor(HOUR)), time, (which, records) -> {});
        append(log, time.millis());
        log.commitTarget().committed(1);
        return log;
    }

    private static PartitionStore refusingToTrim(PartitionStore sound, AtomicInteger tries, int refusals) {
        return (PartitionStore) Proxy.newProxyInstance(
                PartitionStore.class.getClassLoader(),
                new Class<?>[] {PartitionStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("trimTo") && tries.incrementAndGet() <= refusals) {
                        throw new StorageException(StorageException.Kind.FULL, "no trimming today");
                    }
                    return method.invoke(sound, arguments);
                });
    }

    /**
     * A trickle of records keeps the active segment young, so that a record outlives its ten minutes for
     * days; the explanation gives the max time.
     */
    @Test
    void saysHowLongATrickleCanKeepItsOldestRecord() {
        PartitionLog log = log(keepFor(10 * MINUTE));
        append(log, time.millis());
        long begun = time.millis();
        RetentionExplanation explained = engine.explainRetention(log);
        assertThat(explained.plan().fates().get(0).goesMs()).isEqualTo(begun + 10 * MINUTE + 1);
        assertThat(explained.latestMs(0)).isEqualTo(begun + 7 * DAY + 10 * MINUTE + 1);
        assertThat(explained.nextCheckMs()).isEqualTo(begun + 5 * MINUTE);
    }

    /** Appends for years, and compares each explanation with the deletions until the next append. */
    @Test
    void whatIsExplainedHappensOverYears() {
        SplittableRandom random = new SplittableRandom(20);
        PartitionLog log = log(keepFor(60 * DAY));
        long end = time.millis() + 4 * 365 * DAY;
        int gone = 0;
        while (time.millis() < end) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                append(log, time.millis() + random.nextLong(-20 * DAY, 20 * DAY));
            }
            if (random.nextInt(5) == 0) {
                log.configure(config(new RetentionLimits(
                        true, random.nextLong(90 * DAY), random.nextInt(3) > 0 ? -1 : 4_000, List.of())));
            }
            gone += watch(log, engine.explainRetention(log), time.millis() + random.nextLong(40 * DAY));
        }
        assertThat(gone).isGreaterThan(50);
    }

    private int watch(PartitionLog log, RetentionExplanation explained, long until) {
        Map<Long, Long> gone = new HashMap<>();
        long check = explained.nextCheckMs();
        for (; check <= until; check += 5 * MINUTE) {
            time.advance(check - time.millis());
            long start = log.logStartOffset();
            for (SegmentFate fate : explained.plan().fates()) {
                if (fate.segment().bytes() > 0 && fate.segment().endOffset() <= start) {
                    gone.putIfAbsent(fate.segment().baseOffset(), time.millis());
                }
            }
        }
        for (SegmentFate fate : explained.plan().fates()) {
            Long at = gone.get(fate.segment().baseOffset());
            if (fate.goesBy(time.millis())) {
                assertThat(at).as("%s of %s", fate, explained).isNotNull();
                assertThat(at).isGreaterThanOrEqualTo(fate.goesMs());
                assertThat(at - 5 * MINUTE).isLessThan(Math.max(fate.goesMs(), explained.nextCheckMs()));
            } else {
                assertThat(at).as("%s of %s", fate, explained).isNull();
            }
        }
        return gone.size();
    }
}
