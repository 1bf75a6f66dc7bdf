// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageProvider;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Opens a storage and owns the partitions on it: commits them together, deletes and compacts in the
 * background, writes snapshots of producers. Thread-safe.
 */
public final class LogEngine implements AutoCloseable {
    /**
     * Bytes appended between two snapshots of producer state: a start after a crash replays about as many per
     * partition.
     */
    private static final long SNAPSHOT_BYTES = 64L << 20;

    private static final long EXPIRY_PERIOD_MS = 600_000;
    private static final long CLOSE_WAIT_MS = 30_000;
    private static final long COMMIT_AGAIN_MS = 500;

    private final Storage storage;
    private final Clock clock;
    private final Scheduler scheduler;
    private final FailPoints failPoints;
    private final DurabilityPolicy policy;
    private final ProducerSnapshotQueue snapshots;
    private final Durability durability;
    private final Committer committer;
    private final Scheduler.Task expiry;
    private final CompactionRunner cleaners;
    private final RetentionRunner retention;
    private final Scheduler.Task retaining;
    private final ConcurrentHashMap<PartitionId, PartitionLog> open = new ConcurrentHashMap<>();
    private final PartitionLocks lifecycle = new PartitionLocks();
    private volatile long producerExpirationMs;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LogEngine(Storage storage, StorageContext context, EngineConfig config) {
        this.storage = storage;
        this.clock = context.clock();
        this.scheduler = context.scheduler();
        this.failPoints = context.failPoints();
        this.snapshots = new ProducerSnapshotQueue(scheduler);
        this.durability = config.durability();
        this.committer = new Committer(
                storage,
                clock,
                scheduler,
                config.durability(),
                this::snapshotWhenDue,
                this::commitLater,
                context.metrics());
        this.policy = DurabilityPolicy.of(config, committer, scheduler);
        this.producerExpirationMs = config.producerIdExpirationMs();
        this.expiry =
                scheduler.scheduleEvery(EXPIRY_PERIOD_MS, () -> expireProducers(clock.millis() - producerExpirationMs));
        this.cleaners = new CompactionRunner(this::logs, config.compaction(), context);
        cleaners.start();
        this.retention = new RetentionRunner(this::logs, config.retention(), context);
        this.retaining = scheduler.scheduleEvery(config.retention().checkIntervalMs(), retention::check);
        context.metrics().read(this::read);
    }

    private void read(Readings readings) {
        readings.add(EngineMetrics.PARTITIONS, open.size());
        readings.add(
                EngineMetrics.REFUSING,
                open.values().stream().filter(log -> log.failure().isPresent()).count());
        retention.read(readings);
        cleaners.read(readings);
    }

    /**
     * Opens a storage and starts the committer on it. No partition is open yet.
     *
     * @throws StorageException as {@link StorageProvider#open}
     */
    public static LogEngine open(StorageProvider provider, StorageContext context, EngineConfig config) {
        return new LogEngine(provider.open(context), context, config);
    }

    /** @return partitions the storage holds, open or not, in their order; a copy */
    public Set<PartitionId> stored() {
        return new TreeSet<>(storage.partitions());
    }

    /** @return what the storage could not identify, as {@link Storage#unidentified} */
    public Map<String, String> unidentified() {
        return storage.unidentified();
    }

    /** @return true if the storage is restored from a remote tier, as {@link Storage#restoring} */
    public boolean restoring() {
        return storage.restoring();
    }

    /**
     * Opens a partition, and creates it when absent. An open partition gives its existing log. Several
     * threads can open different partitions at a time: the storage may have to fetch them.
     *
     * @param id which partition
     * @param leaderEpoch stamped on appended batches, 0 or more; fences lower ones
     * @param config what its topic's configuration means
     * @return the log, recovered and ready
     * @throws StorageException as {@link Storage#open}
     */
    public PartitionLog open(PartitionId id, int leaderEpoch, PartitionConfig config) {
        return lifecycle.holding(id, () -> {
            PartitionLog present = open.get(id);
            if (present != null) {
                return present;
            }
            PartitionStore store = storage.open(id, leaderEpoch, config.settings(0));
            PartitionLog log;
            try {
                store.settings(config.settings(store.extent().start())); // which holds still pin records
                log = PartitionLog.open(store, leaderEpoch, config, clock, policy, failPoints);
                requireOpen(id);
            } catch (RuntimeException e) {
                store.close();
                throw e;
            }
            open.put(id, log);
            if (log.highWatermark() < log.logEndOffset()) {
                policy.appended(log, 0); // appends from before the open may not be durable yet
            }
            return log;
        });
    }

    /**
     * Creates partitions that are about to be opened, all at once, where the storage gains by that. Those
     * that exist stay as they are.
     *
     * @param ids partitions that the caller opens next; none whose settings name a copy
     * @throws StorageException as {@link Storage#create}: then some may exist, empty
     */
    public void create(Collection<PartitionId> ids) {
        storage.create(ids);
    }

    private void requireOpen(PartitionId id) {
        if (closed.get()) {
            throw new StorageException(
                    StorageException.Kind.CLOSED, id + " was being opened while the engine was closed");
        }
    }

    /**
     * @return true if a power cut may lose records that consumers have read ({@code log.durability=async})
     */
    public boolean mayLoseVisibleRecords() {
        return durability == Durability.ASYNC;
    }

    /**
     * Makes all appends so far durable, whatever {@code log.durability} says.
     *
     * @param logs open partitions of this engine
     * @return completes when they are durable; fails with a {@link StorageException}
     */
    public CompletableFuture<Void> force(Collection<PartitionLog> logs) {
        return CompletableFuture.allOf(logs.stream().map(committer::force).toArray(CompletableFuture[]::new));
    }

    /** As {@link #force(Collection)}, for every open partition. */
    public CompletableFuture<Void> forceAll() {
        return force(logs());
    }

    /**
     * @param id which partition
     * @return its log when it is open
     */
    public Optional<PartitionLog> partition(PartitionId id) {
        return Optional.ofNullable(open.get(id));
    }

    /**
     * Deletes a partition with all its records; idempotent. Its log fails with CLOSED from then on.
     *
     * @param id which partition
     * @throws StorageException CLOSED after {@link #close}; FULL if it could not be deleted now, and is
     *     unchanged
     */
    public void delete(PartitionId id) {
        StorageException refused = deleteAll(List.of(id)).get(id);
        if (refused != null) {
            throw refused;
        }
    }

    /**
     * Deletes partitions, all at once, as {@link #delete} does each. Waits for those that are being opened.
     *
     * @param ids which partitions
     * @return those that could not be deleted now, and why: CLOSED after {@link #close}; otherwise FULL, and
     *     they are unchanged
     */
    public Map<PartitionId, StorageException> deleteAll(Collection<PartitionId> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return lifecycle.holding(ids, () -> {
            Map<PartitionId, StorageException> refused = storage.deleteAll(ids);
            ids.stream().filter(id -> !refused.containsKey(id)).forEach(this::forget);
            return refused;
        });
    }

    private void forget(PartitionId deleted) {
        PartitionLog log = open.remove(deleted);
        if (log != null) {
            policy.forget(log);
            cleaners.forget(log);
            log.commitTarget().failed(new StorageException(StorageException.Kind.CLOSED, deleted + " was deleted"));
        }
    }

    /**
     * Sets an unowned partition aside, so that its name is free, and keeps its records. A partition that
     * never held a record is deleted.
     *
     * @param id a stored partition that is not open
     * @return its new place, to show to the operator; empty if it was deleted
     * @throws StorageException as {@link Storage#setAside}
     */
    public Optional<String> setAside(PartitionId id) {
        return lifecycle.holding(id, () -> {
            if (holdsNothing(id)) {
                storage.delete(id);
                return Optional.empty();
            }
            return Optional.of(storage.setAside(id));
        });
    }

    private boolean holdsNothing(PartitionId id) {
        try (PartitionStore store = storage.open(id, 0, PartitionSettings.DEFAULT)) {
            return store.extent().readableEnd() == 0;
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.CORRUPT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Compacts the dirtiest partition that is due, on the caller's thread. The engine does this in the
     * background if {@link io.varve.core.compaction.CompactionConfig#enabled} is true.
     *
     * @return false if none is due
     */
    public boolean compactOnce() {
        return cleaners.cleanOnce();
    }

    /** @return partitions that are not compacted until the next start, because of damage; a copy */
    public Set<PartitionId> uncleanable() {
        return cleaners.uncleanable();
    }

    /**
     * Drops a partition's records below an offset, as DeleteRecords does; idempotent.
     *
     * @param log an open partition of this engine
     * @param offset new log start offset, at most the high watermark
     * @return completes when the new start survives a crash; fails with a {@link StorageException}
     * @throws io.varve.core.log.read.OffsetOutOfRangeException above the high watermark
     * @throws io.varve.core.retention.HeldException if a hold pins a record below the offset
     * @throws StorageException FENCED, CLOSED
     */
    public CompletionStage<Void> deleteRecords(PartitionLog log, long offset) {
        log.maintenance().trimTo(offset);
        return committer.force(log);
    }

    /**
     * Explains for every segment of a partition when retention will delete it, why, and what prevents it. The
     * code that deletes gives the answer. Reads one batch header of each segment.
     *
     * @param log an open partition of this engine
     * @return the explanation
     * @throws StorageException CLOSED
     */
    public RetentionExplanation explainRetention(PartitionLog log) {
        return retention.explain(log, log.config());
    }

    /**
     * As {@link #explainRetention(PartitionLog)}, under another configuration: a dry run. Nothing changes.
     *
     * @param log an open partition of this engine
     * @param tried the configuration to try: its retention limits and its max segment age count
     * @return the explanation
     * @throws StorageException CLOSED
     */
    public RetentionExplanation explainRetention(PartitionLog log, PartitionConfig tried) {
        return retention.explain(log, tried);
    }

    /** Commits all pending appends, writes snapshots of producers and closes the storage. Idempotent. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        // The close ignores an interruption of the caller: after half a close the next start would have to
        // scan.
        boolean interrupted = Thread.interrupted();
        cleaners.close(CLOSE_WAIT_MS);
        interrupted |= Thread.interrupted();
        expiry.cancel();
        retaining.cancel();
        policy.close();
        committer.close(CLOSE_WAIT_MS);
        interrupted |= Thread.interrupted();
        snapshots.close();
        logs().forEach(ProducerSnapshotQueue::write);
        storage.close();
        StorageException reason = new StorageException(StorageException.Kind.CLOSED, "the engine is closed");
        logs().forEach(log -> log.commitTarget().failed(reason));
        committer.abandon(reason);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return the open partitions in their order; a copy */
    private List<PartitionLog> logs() {
        return open.values().stream()
                .sorted(Comparator.comparing(PartitionLog::id))
                .toList();
    }

    private void commitLater(PartitionLog log) {
        scheduler.schedule(COMMIT_AGAIN_MS, () -> committer.request(log));
    }

    private void snapshotWhenDue(PartitionLog log) {
        if (log.producers().bytesSinceSnapshot() >= SNAPSHOT_BYTES) {
            snapshots.due(log);
        }
    }

    /** @param ms time in ms for which idle producers are remembered from now on, at least 1 */
    public void rememberProducers(long ms) {
        producerExpirationMs = ms;
    }

    /**
     * Changes from now on how often appended bytes are synced, with {@link Durability#ASYNC}; with SYNC they
     * are at once. Thread-safe.
     *
     * @param ms as {@link EngineConfig#flushIntervalMs}
     * @param records as {@link EngineConfig#flushIntervalMessages}
     */
    public void flushEvery(long ms, long records) {
        policy.flushEvery(ms, records);
    }

    /**
     * Changes the threads, memory and bandwidth of compaction from now on. Thread-safe.
     *
     * @param compaction as {@link EngineConfig#compaction}; enabled as at the start
     */
    public void compactWith(CompactionConfig compaction) {
        cleaners.configure(compaction);
    }

    private void expireProducers(long before) {
        logs().forEach(log -> log.producers().expire(before));
    }
}
