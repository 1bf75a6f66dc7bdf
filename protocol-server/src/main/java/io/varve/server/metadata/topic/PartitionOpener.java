// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.log.TopicIds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens partitions on a few threads, in the order in which they are asked for: opening one may have to wait
 * for a remote tier. Opens nothing before {@link #begin}: a restore makes what the tier has not before that.
 * Threads live while there is something to open. Thread-safe.
 */
public final class PartitionOpener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionOpener.class);
    private static final int THREADS = 8;
    /** Min ms between {@link #takeDone} and the next call of {@link #changed}, for a topic that is open. */
    private static final long TELL_MS = 20;
    /** The same for a topic of which more is to be opened: a call costs as much as it has partitions. */
    private static final long TELL_PART_MS = 100;
    /** Max ms a close waits for partitions that are being opened. */
    private static final long CLOSE_MS = 2_000;

    private record Wanted(PartitionId id, int leaderEpoch, PartitionConfig config) {}

    private final LogEngine engine;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Runnable changed;
    private final OpeningProgress progress;
    /** What is to be opened, in its order. */
    private final Map<PartitionId, Wanted> waiting = new LinkedHashMap<>();
    /** What threads open now, with the newest settings. */
    private final Map<PartitionId, Wanted> opening = new HashMap<>();

    private final Map<PartitionId, StorageException> failures = new HashMap<>();
    private final Set<Uuid> done = new HashSet<>();
    /** How many partitions of a topic are to be opened, or are being opened. */
    private final Map<UUID, Integer> left = new HashMap<>();

    private int threads;
    private boolean begun;
    private boolean closed;
    /** When {@link #takeDone} was called last. */
    private long told;
    /** True while a call of {@link #changed} is due at {@link #tellAt}, or was made and is not heard yet. */
    private boolean telling;

    private long tellAt;

    /**
     * @param engine opens a partition
     * @param clock measures how long it takes
     * @param scheduler gives the threads
     * @param changed called when {@link #takeDone} has something to give; must be short
     */
    public PartitionOpener(LogEngine engine, Clock clock, Scheduler scheduler, Runnable changed) {
        this.engine = engine;
        this.clock = clock;
        this.scheduler = scheduler;
        this.changed = changed;
        told = clock.nanos() - TimeUnit.MILLISECONDS.toNanos(TELL_PART_MS);
        progress = new OpeningProgress(clock, scheduler);
    }

    /**
     * Gives a partition's log, or has the partition opened, and created when it is absent.
     *
     * @param id which partition
     * @param leaderEpoch as {@link LogEngine#open}
     * @param config its settings
     * @return the log, maybe with other settings; null while the partition is opened
     * @throws StorageException why the last opening failed; the next call tries again
     */
    PartitionLog open(PartitionId id, int leaderEpoch, PartitionConfig config) {
        PartitionLog present = engine.partition(id).orElse(null);
        if (present != null) {
            return present;
        }
        return request(new Wanted(id, leaderEpoch, config));
    }

    private synchronized PartitionLog request(Wanted wanted) {
        StorageException failure = failures.remove(wanted.id);
        if (failure != null) {
            throw failure;
        }
        if (closed || opening.replace(wanted.id, wanted) != null || waiting.put(wanted.id, wanted) != null) {
            return null;
        }
        left.merge(wanted.id.topicId(), 1, Integer::sum);
        progress.begun();
        startThread();
        return null;
    }

    /** Begins to open what is wanted, and what will be. */
    public synchronized void begin() {
        begun = true;
        for (int i = 0; i < waiting.size(); i++) {
            startThread();
        }
    }

    private void startThread() {
        if (begun && threads < THREADS) {
            threads++;
            scheduler.start("opener", this::run);
        }
    }

    /**
     * Opens no partition of a topic any more. Those that are being opened now may take long, as when they are
     * fetched: {@link #takeDone} tells when they are.
     *
     * @return true if none is being opened
     */
    synchronized boolean forget(UUID topic) {
        int before = waiting.size();
        waiting.keySet().removeIf(id -> id.topicId().equals(topic));
        int dropped = before - waiting.size();
        progress.dropped(dropped);
        left.computeIfPresent(topic, (id, count) -> positiveSum(count, -dropped));
        failures.keySet().removeIf(id -> id.topicId().equals(topic));
        return opening.keySet().stream().noneMatch(id -> id.topicId().equals(topic));
    }

    /** @return the topics of which partitions were opened, or failed to, since the last call */
    public synchronized Set<Uuid> takeDone() {
        Set<Uuid> taken = Set.copyOf(done);
        done.clear();
        telling = false;
        told = clock.nanos();
        return taken;
    }

    /** @return true if nothing is to be opened, and {@link #takeDone} has given all there was */
    public synchronized boolean isIdle() {
        return waiting.isEmpty() && opening.isEmpty() && done.isEmpty();
    }

    /** Opens nothing any more. Waits a limited time for what is being opened. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        progress.dropped(waiting.size());
        waiting.clear();
        await(opening::isEmpty, CLOSE_MS);
    }

    private void run() {
        for (Wanted wanted = next(); wanted != null; wanted = next()) {
            end(wanted, open(wanted));
        }
    }

    private synchronized Wanted next() {
        Iterator<Wanted> first = waiting.values().iterator();
        if (!first.hasNext()) {
            threads--;
            return null;
        }
        Wanted wanted = first.next();
        first.remove();
        opening.put(wanted.id, wanted);
        return wanted;
    }

    /** @return why it failed, or null */
    private StorageException open(Wanted wanted) {
        try {
            PartitionLog log = engine.open(wanted.id, wanted.leaderEpoch, wanted.config);
            PartitionConfig newest = newest(wanted);
            if (newest != wanted.config) { // equal ones do no harm, and a comparison takes longer
                log.configure(newest); // such as a hold that was set meanwhile
            }
            return null;
        } catch (StorageException e) {
            return e;
        } catch (RuntimeException | Error e) {
            LOG.error("{} could not be opened; clients are told to wait, and it is tried again", wanted.id, e);
            return new StorageException(StorageException.Kind.RETRY, wanted.id + " could not be opened: " + e, e);
        }
    }

    private synchronized PartitionConfig newest(Wanted wanted) {
        return opening.get(wanted.id).config;
    }

    private void end(Wanted wanted, StorageException failure) {
        boolean tell;
        synchronized (this) {
            opening.remove(wanted.id);
            if (failure != null) {
                failures.put(wanted.id, failure);
            }
            progress.ended(failure == null);
            done.add(TopicIds.kafka(wanted.id.topicId()));
            boolean complete = left.merge(wanted.id.topicId(), -1, PartitionOpener::positiveSum) == null;
            tell = isTimeToTell(complete);
            notifyAll();
        }
        if (tell) {
            changed.run();
        }
    }

    private static Integer positiveSum(int count, int more) {
        return count + more > 0 ? count + more : null;
    }

    /**
     * Has {@link #changed} called later, if not now.
     *
     * @param complete whether all of a topic is open
     * @return true if it is to be called now
     */
    private boolean isTimeToTell(boolean complete) {
        long now = clock.nanos();
        boolean all = waiting.isEmpty() && opening.isEmpty();
        long due = all ? now : told + TimeUnit.MILLISECONDS.toNanos(complete ? TELL_MS : TELL_PART_MS);
        if (telling && due - tellAt >= 0) {
            return false;
        }
        telling = true;
        tellAt = due;
        if (due - now <= 0) {
            return true;
        }
        scheduler.schedule(TimeUnit.NANOSECONDS.toMillis(due - now) + 1, changed);
        return false;
    }

    /** Waits, whatever interrupts it, until a condition on what is being opened holds. */
    private void await(BooleanSupplier condition, long ms) {
        boolean interrupted = false;
        long begun = clock.nanos();
        for (long left = ms; left > 0 && !condition.getAsBoolean(); left = ms - elapsed(begun)) {
            try {
                wait(Math.min(left, CLOSE_MS));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long elapsed(long begun) {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanos() - begun);
    }
}
