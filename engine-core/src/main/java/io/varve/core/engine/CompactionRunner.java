// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.compaction.Cleaner;
import io.varve.core.compaction.CleaningResult;
import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionStoppedException;
import io.varve.core.compaction.CompactionThrottle;
import io.varve.core.log.PartitionLog;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs compaction: cleans the dirtiest due partition, then the next, with as many workers as configured.
 * Thread-safe.
 *
 * <p>{@link #cleanOnce} does all the work; the workers only call it, so a test can call it by hand.
 */
final class CompactionRunner {
    private static final Logger LOG = LoggerFactory.getLogger(CompactionRunner.class);
    /** How long in ms a partition is skipped after it could not be cleaned. */
    private static final long RETRY_MS = 60_000;

    /** Holds a partition that is due, and its dirty part. */
    private record Candidate(PartitionLog log, Cleaner.Due due) {}

    private final Supplier<Collection<PartitionLog>> partitions;
    private final StorageContext context;
    private final CompactionMeter meter;
    private final CompactionThrottle throttle;
    /** Guarded by itself. */
    private final List<Scheduler.Agent> workers = new ArrayList<>();

    private final Set<PartitionLog> busy = ConcurrentHashMap.newKeySet();
    /** Partitions whose unreadable batches were logged. */
    private final Set<PartitionLog> reported = ConcurrentHashMap.newKeySet();

    private final Set<PartitionLog> uncleanable = ConcurrentHashMap.newKeySet();
    /** Partitions skipped until a time, in ms since the epoch. */
    private final Map<PartitionLog, Long> postponed = new ConcurrentHashMap<>();

    private volatile CompactionConfig config;
    private volatile Cleaner cleaner;

    /** @param partitions gives the open ones */
    CompactionRunner(Supplier<Collection<PartitionLog>> partitions, CompactionConfig config, StorageContext context) {
        this.partitions = partitions;
        this.config = config;
        this.context = context;
        this.meter = new CompactionMeter(context.metrics());
        this.throttle = new CompactionThrottle(config.bytesPerSecond(), context.clock(), context.scheduler());
        this.cleaner = new Cleaner(config, context.clock(), throttle, context.failPoints());
    }

    void start() {
        synchronized (workers) {
            for (int i = workers.size(); config.enabled() && i < config.threads(); i++) {
                int number = i;
                workers.add(context.scheduler().worker("cleaner-" + i, () -> work(number)));
            }
        }
    }

    /**
     * Changes threads, memory and bandwidth. What is being cleaned keeps the memory it has, and its thread
     * rests only then if there are fewer from now on.
     */
    void configure(CompactionConfig next) {
        synchronized (workers) {
            if (next.equals(config) || throttle.isStopped()) {
                return;
            }
            throttle.limit(next.bytesPerSecond());
            cleaner = new Cleaner(next, context.clock(), throttle, context.failPoints());
            config = next;
            start();
            workers.forEach(Scheduler.Agent::wake);
        }
    }

    private long work(int number) {
        if (throttle.isStopped() || number >= config.threads()) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        try {
            return cleanOnce() ? Scheduler.AgentStep.AGAIN : Scheduler.AgentStep.pauseMs(config.backoffMs());
        } catch (RuntimeException | Error e) {
            LOG.error("Compaction failed; it goes on in {} ms", config.backoffMs(), e);
            return Scheduler.AgentStep.pauseMs(config.backoffMs());
        }
    }

    /**
     * Cleans the dirtiest partition that is due.
     *
     * @return false if none is due
     */
    boolean cleanOnce() {
        Candidate dirtiest = claimDirtiest();
        if (dirtiest == null) {
            return false;
        }
        PartitionLog log = dirtiest.log();
        try {
            report(log, cleaner.clean(dirtiest.due()));
        } catch (CompactionStoppedException e) {
            LOG.debug("{} is left for the next start to clean", log.id());
        } catch (StorageException | InvalidBatchException e) {
            failed(log, e);
        } catch (RuntimeException e) {
            meter.failed();
            exclude(log, e);
        } finally {
            busy.remove(log);
        }
        return true;
    }

    /** @return the dirtiest partition that is due, marked as being cleaned; or null */
    private synchronized Candidate claimDirtiest() {
        long now = context.clock().millis();
        postponed.values().removeIf(until -> until <= now);
        Candidate dirtiest = partitions.get().stream()
                .filter(log -> log.config().compacted()
                        && !busy.contains(log)
                        && !uncleanable.contains(log)
                        && !postponed.containsKey(log))
                .map(this::look)
                .filter(candidate -> candidate != null)
                .max(Comparator.comparingDouble(
                                (Candidate candidate) -> candidate.due().ratio())
                        .thenComparing(candidate -> candidate.log().id()))
                .orElse(null);
        if (dirtiest != null) {
            busy.add(dirtiest.log());
        }
        return dirtiest;
    }

    private Candidate look(PartitionLog log) {
        try {
            Cleaner.Due due = cleaner.look(log.maintenance());
            return due == null ? null : new Candidate(log, due);
        } catch (StorageException | InvalidBatchException e) {
            failed(log, e);
            return null;
        }
    }

    private void failed(PartitionLog log, RuntimeException e) {
        if (isGone(log)) {
            return; // deleted meanwhile, which is no failure
        }
        meter.failed();
        StorageException.Kind kind = e instanceof StorageException storage ? storage.kind() : null;
        if (kind == StorageException.Kind.FULL || kind == StorageException.Kind.RETRY) {
            LOG.warn("{} could not be compacted, trying again in {} ms: {}", log.id(), RETRY_MS, e.getMessage());
            postponed.put(log, context.clock().millis() + RETRY_MS);
        } else if (kind != StorageException.Kind.CLOSED && kind != StorageException.Kind.FENCED) {
            exclude(log, e);
        }
    }

    private static boolean isGone(PartitionLog log) {
        try {
            log.extent();
            return false;
        } catch (StorageException e) {
            return e.kind() == StorageException.Kind.CLOSED;
        }
    }

    private void exclude(PartitionLog log, RuntimeException e) {
        uncleanable.add(log);
        LOG.error(
                "{} cannot be compacted, and grows until the next start tries again; bin/varve-scrub.sh examines its files"
                        + " while the server is stopped",
                log.id(),
                e);
    }

    void read(Readings readings) {
        meter.read(readings);
        readings.add(EngineMetrics.UNCLEANABLE, uncleanable.size());
    }

    private void report(PartitionLog log, CleaningResult cleaned) {
        meter.cleaned(cleaned, context.clock().millis());
        LOG.info(
                "{} is compacted up to offset {}: {} of {} records dropped, {} bytes became {}",
                log.id(),
                cleaned.cleanedTo(),
                cleaned.dropped(),
                cleaned.records(),
                cleaned.bytesRead(),
                cleaned.bytesWritten());
        if (cleaned.unreadable() > 0 && reported.add(log)) {
            LOG.warn(
                    "{} holds {} batches whose records make no sense: they stay as they are",
                    log.id(),
                    cleaned.unreadable());
        }
        if (cleaned.keyless() > 0) {
            LOG.warn(
                    "{} records of {} had no key and were dropped: its cleanup.policy is compact, for which producers must send"
                            + " keys",
                    cleaned.keyless(),
                    log.id());
        }
    }

    /** @return partitions whose compaction was given up */
    Set<PartitionId> uncleanable() {
        return uncleanable.stream().map(PartitionLog::id).collect(Collectors.toSet());
    }

    /** Forgets a deleted partition. */
    void forget(PartitionLog log) {
        uncleanable.remove(log);
        postponed.remove(log);
    }

    /**
     * Aborts the cleanings in progress, which leaves their partitions unchanged, and waits for the workers to
     * end.
     *
     * @param waitMs max time in ms for each worker
     */
    void close(long waitMs) {
        throttle.close();
        List<Scheduler.Agent> all;
        synchronized (workers) {
            all = List.copyOf(workers);
        }
        for (Scheduler.Agent worker : all) {
            if (!worker.close(waitMs)) {
                LOG.warn("A cleaner is still busy after {} ms", waitMs);
            }
        }
    }
}
