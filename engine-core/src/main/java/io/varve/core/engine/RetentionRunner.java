// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.VarveException;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.retention.DeletionCause;
import io.varve.core.retention.FateWords;
import io.varve.core.retention.LocalFate;
import io.varve.core.retention.LocalPlan;
import io.varve.core.retention.LocalRetentionPolicy;
import io.varve.core.retention.LogState;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.RetentionPlan;
import io.varve.core.retention.RetentionPolicy;
import io.varve.core.retention.SegmentFate;
import io.varve.core.retention.TierLimits;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Metrics.Counter;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the segments that {@link RetentionPolicy} selects, and explains its decisions. Partitions are
 * checked one after another; a failure of one does not stop the check of the others. Thread-safe.
 */
final class RetentionRunner {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionRunner.class);

    private final Supplier<Collection<PartitionLog>> partitions;
    private final RetentionConfig config;
    private final Clock clock;
    /** Partitions whose failure was logged; the next failures are not logged again. */
    private final Set<PartitionId> failing = ConcurrentHashMap.newKeySet();

    private final Deletions deleted;
    private final Deletions dropped;
    private volatile long nextCheckMs;
    /** In ms since the epoch; 0 before the first check. */
    private volatile long lastCheckMs;

    /** Counts segments that are gone. */
    private record Deletions(Counter segments, Counter bytes) {
        static Deletions of(Metrics metrics, String copy) {
            return new Deletions(
                    metrics.counter(EngineMetrics.RETENTION_SEGMENTS, copy),
                    metrics.counter(EngineMetrics.RETENTION_BYTES, copy));
        }

        void add(Segment segment) {
            segments.add(1);
            bytes.add(segment.bytes());
        }
    }

    /**
     * @param partitions returns the open partitions
     * @param context its clock and its metrics are used
     */
    RetentionRunner(Supplier<Collection<PartitionLog>> partitions, RetentionConfig config, StorageContext context) {
        this.partitions = partitions;
        this.config = config;
        this.clock = context.clock();
        this.deleted = Deletions.of(context.metrics(), "all");
        this.dropped = Deletions.of(context.metrics(), "local");
        this.nextCheckMs = clock.millis() + config.checkIntervalMs();
    }

    /** Checks every partition once. */
    void check() {
        for (PartitionLog log : partitions.get()) {
            try {
                check(log);
                failing.remove(log.id());
            } catch (StorageException e) {
                report(log, e);
            } catch (VarveException e) {
                // Since the decision the partition was truncated, or a hold was placed: the next check sees
                // that.
                LOG.debug("{} changed under its retention check: {}", log.id(), e.getMessage());
            }
        }
        lastCheckMs = clock.millis();
        nextCheckMs = lastCheckMs + config.checkIntervalMs();
    }

    void read(Readings readings) {
        readings.add(EngineMetrics.RETENTION_LAST, lastCheckMs / 1e3);
        readings.add(
                EngineMetrics.RETENTION_FAILING,
                partitions.get().stream()
                        .filter(log -> failing.contains(log.id()))
                        .count());
    }

    private void report(PartitionLog log, StorageException e) {
        boolean gone = e.kind() == StorageException.Kind.CLOSED || e.kind() == StorageException.Kind.FENCED;
        if (!gone && failing.add(log.id())) {
            LOG.error(
                    "Retention of {} failed: {}; its old segments stay, and each check tries again",
                    log.id(),
                    e.getMessage());
        }
    }

    private void check(PartitionLog log) {
        long now = clock.millis();
        RetentionLimits limits = log.config().retention();
        TierLimits tier = log.config().tier();
        LogState state = state(log);
        RetentionPlan plan = RetentionPolicy.decide(state, limits, tier.tiering(), config.futureTimestamps(), now);
        List<SegmentFate> going = plan.going(now);
        if (!going.isEmpty()) {
            log.maintenance().trimTo(plan.newStart());
            going.forEach(fate -> {
                deleted.add(fate.segment());
                LOG.info("{}: {}", log.id(), words(fate, limits));
            });
        }
        LocalPlan local = local(plan, state, log.config(), now);
        if (local.dropTo() > 0) {
            dropLocal(log, state, local, limits, tier);
        }
    }

    private LocalPlan local(RetentionPlan plan, LogState state, PartitionConfig rules, long now) {
        return LocalRetentionPolicy.decide(
                plan, state, rules.retention(), rules.tier(), rules.compacted(), config.futureTimestamps(), now);
    }

    /** Drops local copies, and logs those that are gone: the storage keeps those that left the tier since. */
    private void dropLocal(PartitionLog log, LogState state, LocalPlan local, RetentionLimits limits, TierLimits tier) {
        log.maintenance().dropLocal(local.dropTo());
        Set<Long> gone = log.segments().stream()
                .filter(segment -> !segment.isLocal())
                .map(Segment::baseOffset)
                .collect(Collectors.toSet());
        for (int i = 0; i < local.fates().size(); i++) {
            Segment segment = state.segments().get(i);
            if (segment.isLocal() && segment.endOffset() <= local.dropTo() && gone.contains(segment.baseOffset())) {
                dropped.add(segment);
                LOG.info("{}: {}", log.id(), words(segment, local.fates().get(i), limits, tier));
            }
        }
    }

    private static String words(Segment segment, LocalFate fate, RetentionLimits limits, TierLimits tier) {
        return "dropped the local copy of segment " + described(segment) + ": "
                + (fate.cause() == DeletionCause.SIZE
                        ? "there are local.retention.bytes=" + tier.localBytes(limits) + " or more after it"
                        : "its newest record is older than local.retention.ms=" + tier.localMs(limits));
    }

    private static String described(Segment segment) {
        return segment.baseOffset() + " (offsets " + segment.baseOffset() + " to " + (segment.endOffset() - 1) + ", "
                + segment.bytes() + " bytes, newest timestamp " + segment.maxTimestamp() + ", last append "
                + segment.lastAppendMs() + ")";
    }

    private static LogState state(PartitionLog log) {
        // In this order: a segment that ends after the watermark was read must not seem to lie below it.
        long highWatermark = log.highWatermark();
        List<Segment> segments = log.segments();
        return new LogState(segments, log.logStartOffset(), highWatermark);
    }

    private static String words(SegmentFate fate, RetentionLimits limits) {
        return "deleted segment " + described(fate.segment()) + ": " + FateWords.reason(fate, limits);
    }

    /** @param rules the rules in force, or other rules to try */
    RetentionExplanation explain(PartitionLog log, PartitionConfig rules) {
        RetentionLimits limits = rules.retention();
        long now = clock.millis();
        LogState state = state(log);
        RetentionPlan plan =
                RetentionPolicy.decide(state, limits, rules.tier().tiering(), config.futureTimestamps(), now);
        List<Long> firsts = new ArrayList<>(state.segments().size());
        for (Segment segment : state.segments()) {
            firsts.add(firstTimestamp(log, segment));
        }
        return new RetentionExplanation(
                log.id(),
                now,
                nextCheckMs,
                new RetentionExplanation.Rules(
                        limits, rules.tier(), config, rules.segments().segmentMs()),
                state,
                plan,
                local(plan, state, rules, now),
                firsts);
    }

    private static long firstTimestamp(PartitionLog log, Segment segment) {
        try {
            return log.reader().firstTimestamp(segment);
        } catch (StorageException | InvalidBatchException e) {
            // Trimmed meanwhile, or damaged: the explanation leaves this out.
            LOG.debug("{}: the first batch of segment {} cannot be read", log.id(), segment.baseOffset(), e);
            return SegmentFate.UNKNOWN;
        }
    }
}
