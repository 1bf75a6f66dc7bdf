// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits partitions in groups: partitions with new appends gather while a sync runs and for a moment after
 * it ({@link CommitPace}), the next sync covers them all, and then their high watermarks rise. The
 * committer's agent runs the rounds, or an event loop that is the only one with requests
 * ({@link LoopRounds}).
 */
final class Committer {
    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

    private final Storage storage;
    private final Durability durability;
    private final Consumer<PartitionLog> afterCommit;
    private final Consumer<PartitionLog> later;
    private final Queue<PartitionLog> queue = new ConcurrentLinkedQueue<>();
    private final Set<PartitionLog> queued = ConcurrentHashMap.newKeySet();
    /** Futures that wait for the next sync of a partition; guarded by itself. */
    private final Map<PartitionLog, List<CompletableFuture<Void>>> waiting = new LinkedHashMap<>();

    private final LoopRounds loops = new LoopRounds();
    private final GatherBuffers buffers;
    /** Whether appends may wait until their commit begins. */
    private final boolean gathers;

    private final LoopTurn turn = new LoopTurn(this::pauseOnLoop, this::commitOnLoop);
    /** Whether the last loop that had its turn ran a round: a pause is only for those that will. */
    private volatile boolean ranOnLoop;
    /** Held by the thread that runs a round. */
    private final ReentrantLock rounds = new ReentrantLock();

    private final CommitPace pace;
    private final CommitMeter meter;
    private final Scheduler.Agent agent;
    private volatile boolean closing;

    /**
     * Starts the agent that commits.
     *
     * @param storage syncs the partitions
     * @param clock tells how long a round takes
     * @param scheduler runs the agent
     * @param durability decides how far consumers see after a commit
     * @param afterCommit called by the agent for each partition committed; must be short
     * @param later called by the agent for a partition to {@link #request} again after a pause
     * @param metrics measures the rounds
     */
    Committer(
            Storage storage,
            Clock clock,
            Scheduler scheduler,
            Durability durability,
            Consumer<PartitionLog> afterCommit,
            Consumer<PartitionLog> later,
            Metrics metrics) {
        this.storage = storage;
        this.durability = durability;
        this.afterCommit = afterCommit;
        this.later = later;
        this.buffers = new GatherBuffers(scheduler);
        this.gathers = storage.appendsAreCalls();
        this.pace = new CommitPace(clock);
        this.meter = new CommitMeter(metrics);
        this.agent = scheduler.agent("committer", this::commitRequested);
    }

    /** Requests a commit of a partition. Never blocks. */
    void request(PartitionLog log) {
        request(log, null);
    }

    /**
     * Requests a commit of a partition. Never blocks.
     *
     * @param loop the event loop of the calling thread, if it may run the round itself; or null
     */
    void request(PartitionLog log, EventLoop loop) {
        if (queued.add(log)) {
            queue.add(log);
        }
        boolean isDue = pace.requested();
        boolean byLoop = loops.requested(loop, pace.average()) && turn.request(loop, pace.isDueOnLoop());
        if (isDue && !byLoop) {
            agent.wake();
        }
    }

    /** @return as {@link io.varve.core.log.AppendListener#lend}: where fewer, larger appends are cheaper */
    ByteBuffer lend() {
        return gathers && !closing ? buffers.take() : null;
    }

    /** @param buffer as {@link io.varve.core.log.AppendListener#giveBack} */
    void giveBack(ByteBuffer buffer) {
        buffers.giveBack(buffer);
    }

    private long pauseOnLoop() {
        return ranOnLoop && !closing ? pace.pauseOnLoop() : 0;
    }

    private void commitOnLoop() {
        boolean done = false;
        try {
            done = queue.isEmpty() || tryRound();
        } finally {
            if (!done) {
                agent.wake(); // also after an exception: nobody else would commit what is queued
            }
        }
    }

    /** @return false if the agent must run the round */
    private boolean tryRound() {
        if (!rounds.tryLock()) {
            return false;
        }
        try {
            queue.forEach(log -> log.commitTarget().storeWaiting()); // first, as it makes the sync longer
            boolean here = !closing && storage.isSyncShort(stores(queue));
            ranOnLoop = here;
            if (here) {
                round();
            }
            return here;
        } finally {
            rounds.unlock();
        }
    }

    /**
     * Requests a commit, as {@link #request}, and tells when it is done.
     *
     * @return completes when a sync that began after this call has made the partition durable; fails with a
     *     {@link StorageException}
     */
    CompletableFuture<Void> force(PartitionLog log) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (waiting) {
            waiting.computeIfAbsent(log, ignored -> new ArrayList<>(1)).add(done);
        }
        request(log);
        return done;
    }

    private List<CompletableFuture<Void>> takeWaiting(PartitionLog log) {
        synchronized (waiting) {
            List<CompletableFuture<Void>> taken = waiting.remove(log);
            return taken == null ? List.of() : taken;
        }
    }

    /** Fails all futures that still wait, after the close. */
    void abandon(StorageException reason) {
        List<CompletableFuture<Void>> stranded = new ArrayList<>();
        synchronized (waiting) {
            waiting.values().forEach(stranded::addAll);
            waiting.clear();
        }
        stranded.forEach(waiter -> waiter.completeExceptionally(reason));
    }

    private void putBack(PartitionLog log, List<CompletableFuture<Void>> waiters) {
        if (!waiters.isEmpty()) {
            synchronized (waiting) {
                waiting.computeIfAbsent(log, ignored -> new ArrayList<>()).addAll(waiters);
            }
        }
    }

    /**
     * Commits all that is requested so far, and ends the agent.
     *
     * @param waitMs max time to wait in ms
     */
    void close(long waitMs) {
        closing = true;
        if (!agent.close(waitMs)) {
            LOG.warn("The last commit is still under way after {} ms", waitMs);
        }
    }

    private long commitRequested() {
        rounds.lock();
        try {
            long pause = pace.pause();
            if (pause > Scheduler.AgentStep.AGAIN && !closing) {
                return pause;
            }
            round();
            return pace.pause();
        } finally {
            rounds.unlock();
        }
    }

    private void round() {
        pace.begin();
        List<PartitionLog> logs = new ArrayList<>();
        for (PartitionLog log = queue.poll(); log != null; log = queue.poll()) {
            logs.add(log);
        }
        if (!logs.isEmpty()) {
            commit(logs);
        }
    }

    private static List<PartitionStore> stores(Collection<PartitionLog> logs) {
        List<PartitionStore> stores = new ArrayList<>(logs.size());
        logs.forEach(log -> stores.add(log.commitTarget().store()));
        return stores;
    }

    private void commit(List<PartitionLog> logs) {
        Map<PartitionLog, List<CompletableFuture<Void>>> waiters = new HashMap<>();
        for (PartitionLog log : logs) {
            // Before the sync: an append from now on requests the next one.
            queued.remove(log);
            List<CompletableFuture<Void>> ofLog = takeWaiting(log);
            if (!ofLog.isEmpty()) {
                waiters.put(log, ofLog);
            }
            log.commitTarget().begin();
        }
        Map<PartitionId, StorageException> failures = sync(logs, stores(logs));
        logs.forEach(log -> log.commitTarget().synced());
        meter.committed(pace.end(), logs.size());
        for (PartitionLog log : logs) {
            endRound(log, failures.get(log.id()), waiters.getOrDefault(log, List.of()));
        }
    }

    /**
     * @return the failure of each partition that is not durable; all other partitions are durable, whatever
     *     the storage threw
     */
    private Map<PartitionId, StorageException> sync(List<PartitionLog> logs, List<PartitionStore> stores) {
        try {
            return storage.sync(stores).byPartition();
        } catch (StorageException e) {
            return failures(logs, e);
        } catch (RuntimeException | Error e) {
            LOG.error("A commit of {} partitions failed; what is not durable is not acknowledged", logs.size(), e);
            StorageException reason =
                    new StorageException(StorageException.Kind.CLOSED, "commit failed: " + e.getMessage(), e);
            return failures(logs.stream().filter(log -> !isDurable(log)).toList(), reason);
        }
    }

    private static Map<PartitionId, StorageException> failures(List<PartitionLog> logs, StorageException reason) {
        Map<PartitionId, StorageException> failures = new HashMap<>();
        logs.forEach(log -> failures.put(log.id(), reason));
        return failures;
    }

    private static boolean isDurable(PartitionLog log) {
        try {
            return log.extent().durableEnd() >= log.logEndOffset();
        } catch (RuntimeException e) {
            LOG.debug("{} does not tell how far it is durable", log.id(), e);
            return false;
        }
    }

    /**
     * Ends a round for one partition: raises its high watermark and completes its futures. A failure here
     * does not reach the other partitions.
     */
    private void endRound(PartitionLog log, StorageException failure, List<CompletableFuture<Void>> waiters) {
        try {
            raiseHighWatermark(log, failure);
        } catch (RuntimeException | Error e) {
            LOG.error("What follows a commit of {} failed", log.id(), e);
        }
        if (failure != null && failure.kind() == StorageException.Kind.RETRY) {
            tryAgain(log, waiters);
        } else if (failure != null) {
            waiters.forEach(waiter -> waiter.completeExceptionally(failure));
        } else {
            waiters.forEach(waiter -> waiter.complete(null));
        }
    }

    private void tryAgain(PartitionLog log, List<CompletableFuture<Void>> waiters) {
        putBack(log, waiters);
        try {
            later.accept(log);
        } catch (RuntimeException | Error e) {
            LOG.error("Another commit of {} could not be arranged", log.id(), e);
            StorageException reason =
                    new StorageException(StorageException.Kind.CLOSED, log.id() + " is not committed any more", e);
            log.commitTarget().failed(reason);
            takeWaiting(log).forEach(waiter -> waiter.completeExceptionally(reason));
        }
    }

    /** Raises the high watermark to the end the sync reached, and fails it when it will not rise any more. */
    private void raiseHighWatermark(PartitionLog log, StorageException failure) {
        try {
            if (failure == null) {
                log.commitTarget().committed(durability.visibleEnd(log.extent()));
                afterCommit.accept(log);
                return;
            }
            meter.failed(failure.kind());
            switch (failure.kind()) {
                case RETRY -> {
                    LOG.warn("{} is not entirely durable yet; trying again: {}", log.id(), failure.getMessage());
                    log.commitTarget().committed(durability.visibleEnd(log.extent()));
                }
                case CLOSED -> failed(log, failure); // deleted, or the storage is closed: not an error
                default -> {
                    LOG.error(
                            "{} could not be made durable and refuses writes: {}; see to its disk, then restart the server",
                            log.id(),
                            failure.getMessage());
                    failed(log, failure);
                }
            }
        } catch (StorageException deletedMeanwhile) {
            log.commitTarget().failed(deletedMeanwhile);
        }
    }

    /** Acknowledges the records that are durable in spite of the failure. */
    private void failed(PartitionLog log, StorageException failure) {
        log.commitTarget().committed(durability.visibleEnd(log.extent()));
        log.commitTarget().failed(failure);
    }
}
