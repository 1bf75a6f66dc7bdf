// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.EarliestTimer;
import io.varve.server.share.state.SharePartitionId;
import io.varve.server.share.state.ShareStateStore.StateChange;
import io.varve.server.share.state.ShareStateStore.StoredRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.protocol.Errors;

/**
 * Delivers the records of one partition to one share group.
 *
 * <pre>
 *   AVAILABLE --acquire--> ACQUIRED --accept---------------------------> ACKNOWLEDGED
 *       ^                     |-------reject, gap, delivered too often--> ARCHIVED
 *       '--release, time-out--'
 * </pre>
 *
 * A change that a member asks for takes effect, and is answered, once it is stored: what was accepted is
 * never delivered again, also after a crash. One write of states is under way at a time; changes that come
 * meanwhile are written together afterwards. A lock that times out is given up at once and stored later.
 *
 * <p>Thread-safe. No method blocks. Waiters are called on the caller's thread, without a lock.
 */
public final class SharePartition {
    private record QueuedChange(List<StoredRun> states, List<DeliveryRun> runs, CompletableFuture<Void> done) {}

    private final SharePartitionId id;
    private final PartitionLog log;
    private final ShareContext context;
    private final Clock clock;
    private final ShareWaiters waiters = new ShareWaiters();
    private final EarliestTimer timer;
    private final List<QueuedChange> queued = new ArrayList<>();
    private final List<CompletableFuture<Void>> idleWaiters = new ArrayList<>();
    /** Null until the stored state is loaded. */
    private InFlightWindow window;

    private int stateEpoch;
    private boolean writing;
    /** Why nothing is delivered any more; null while records are. */
    private ApiException failure;

    /**
     * @param id names the partition and the group
     * @param log the partition's log
     * @param context time, settings and the store
     */
    SharePartition(SharePartitionId id, PartitionLog log, ShareContext context) {
        this.id = id;
        this.log = log;
        this.context = context;
        clock = context.clock();
        timer = new EarliestTimer(clock, (ms, task) -> context.scheduler().schedule(ms, task)::cancel, this::timeOut);
    }

    /** @return what clients are told, in the words of what failed, not of the future that it failed in */
    private static ApiException failureOf(Throwable why) {
        Throwable cause = Errors.maybeUnwrapException(why);
        return Errors.forException(cause).exception(cause.getMessage());
    }

    /** Loads the stored state. Called once. */
    void load() {
        new StateLoad(id, log, context).run().whenComplete((loaded, why) -> {
            synchronized (this) {
                if (why != null) {
                    fail(failureOf(why));
                } else if (failure == null) {
                    window = loaded.window();
                    stateEpoch = loaded.epoch();
                }
            }
            waiters.wake();
        });
    }

    /** @return names the partition and the group */
    public SharePartitionId id() {
        return id;
    }

    /** @return the partition's log */
    public PartitionLog log() {
        return log;
    }

    /** @return true once records can be acquired */
    public synchronized boolean isLoaded() {
        return window != null && failure == null;
    }

    /** @return why nothing is delivered any more; null while records are, or will be */
    public synchronized ApiException failure() {
        return failure;
    }

    /** @return true if records could be acquired, if the log has any from {@link #nextOffset} on */
    public synchronized boolean canAcquire() {
        return window != null
                && failure == null
                && (window.nextOffset() < window.end() || window.size() < limits().maxLocks());
    }

    /** @return the offset to read from next; the share partition is loaded */
    public synchronized long nextOffset() {
        return window.nextOffset();
    }

    /** @return max number of offsets that are read for an acquisition of so many records */
    public long maxSpan(int maxRecords) {
        return Math.min(maxRecords, Acquisition.maxWindow(limits()));
    }

    private ShareLimits limits() {
        return context.settings().limits(id.group());
    }

    private long lockEnd(ShareLimits limits) {
        return clock.nanos() + TimeUnit.MILLISECONDS.toNanos(limits.lockMs());
    }

    /**
     * Acquires records that were read of the log.
     *
     * @param request who wants how many
     * @param from the offset that was read from, {@link #nextOffset} before the read
     * @param batches what was read
     * @return the acquired records in the order of their offsets; none if others were faster
     */
    public List<AcquiredRange> acquire(AcquireRequest request, long from, FetchedBatches batches) {
        List<AcquiredRange> acquired;
        boolean moved;
        synchronized (this) {
            if (window == null || failure != null || from < window.start()) {
                return List.of();
            }
            ShareLimits limits = limits();
            long lockedUntil = lockEnd(limits);
            acquired = new Acquisition(window, request, limits, lockedUntil, batches).run(from);
            moved = window.advance();
            if (!acquired.isEmpty()) {
                timer.arm(lockedUntil);
            }
        }
        if (moved) {
            waiters.wake();
        }
        return acquired;
    }

    /**
     * Acknowledges records: all of them or, if the future fails, none.
     *
     * @param member the member that has acquired the records
     * @param batches what it says of them, in the order of the offsets
     * @return completes when the new states are stored; fails with one of Kafka's exceptions
     */
    public CompletableFuture<Void> acknowledge(String member, List<Acknowledgement> batches) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            ShareLimits limits = limits();
            long lockedUntil = lockEnd(limits);
            ApiException refusal = failure;
            if (refusal == null && window == null) {
                refusal = Errors.INVALID_RECORD_STATE.exception();
            }
            Acknowledging call = new Acknowledging(window, member, limits, lockedUntil);
            refusal = refusal != null ? refusal : call.refusal(batches);
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            enqueue(call.prepare(batches), done);
        }
        writeNext();
        return done;
    }

    /**
     * Releases everything that a member has acquired and not acknowledged.
     *
     * @return completes when that is stored
     */
    CompletableFuture<Void> release(String member) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            List<DeliveryRun> runs = new ArrayList<>();
            if (window != null && failure == null) {
                ShareLimits limits = limits();
                for (DeliveryRun run : window.all()) {
                    if (run.target == null && member.equals(run.member)) {
                        run.target = Acknowledging.afterRelease(run.deliveries, limits);
                        runs.add(run);
                    }
                }
            }
            enqueue(runs, done);
        }
        writeNext();
        return done;
    }

    private void enqueue(List<DeliveryRun> runs, CompletableFuture<Void> done) {
        if (runs.isEmpty()) {
            done.complete(null);
        } else {
            queued.add(new QueuedChange(
                    runs.stream()
                            .map(run -> run.stored(window.start(), run.target))
                            .toList(),
                    runs,
                    done));
        }
    }

    /** Writes what is queued, unless a write is under way. */
    private void writeNext() {
        List<QueuedChange> changes;
        StateChange change;
        synchronized (this) {
            if (writing || queued.isEmpty()) {
                return;
            }
            writing = true;
            changes = List.copyOf(queued);
            queued.clear();
            change = new StateChange(
                    stateEpoch,
                    log.leaderEpoch(),
                    window.start(),
                    window.completed(),
                    changes.stream().flatMap(one -> one.states().stream()).toList());
        }
        context.store().write(id, change).whenComplete((stored, why) -> written(changes, why));
    }

    private void written(List<QueuedChange> changes, Throwable why) {
        List<CompletableFuture<Void>> idle = List.of();
        synchronized (this) {
            writing = false;
            long now = clock.nanos();
            ShareLimits limits = limits();
            for (QueuedChange change : changes) {
                change.runs().forEach(run -> settle(run, why == null, now, limits));
            }
            window.advance();
            if (why != null && isFencing(why)) {
                fail(failureOf(why));
            }
            if (queued.isEmpty()) {
                idle = List.copyOf(idleWaiters);
                idleWaiters.clear();
            }
        }
        for (QueuedChange change : changes) {
            if (why == null) {
                change.done().complete(null);
            } else {
                change.done().completeExceptionally(why);
            }
        }
        idle.forEach(waiter -> waiter.complete(null));
        waiters.wake();
        writeNext();
    }

    private void settle(DeliveryRun run, boolean isStored, long now, ShareLimits limits) {
        if (isStored) {
            run.moveTo(run.target);
        } else if (now - run.lockedUntil >= 0) {
            run.moveTo(Acknowledging.afterRelease(run.deliveries, limits));
        } else {
            run.target = null;
            timer.arm(run.lockedUntil);
        }
        window.merge(run);
    }

    private static boolean isFencing(Throwable why) {
        return switch (Errors.forException(why)) {
            case NOT_LEADER_OR_FOLLOWER, GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION -> true;
            default -> false;
        };
    }

    /** Archives what is no longer in the log. */
    public void followLogStart() {
        long logStart = log.logStartOffset();
        synchronized (this) {
            if (window == null || logStart <= window.start()) {
                return;
            }
            window.moveStart(logStart);
            window.advance();
        }
        waiters.wake();
    }

    /** Gives up the locks whose time is over. */
    private void timeOut() {
        synchronized (this) {
            timer.fired();
            if (window == null || failure != null) {
                return;
            }
            long now = clock.nanos();
            ShareLimits limits = limits();
            List<DeliveryRun> over = new ArrayList<>();
            long next = Long.MAX_VALUE;
            boolean anyLocked = false;
            for (DeliveryRun run : window.all()) {
                if (run.state == DeliveryState.ACQUIRED && run.target == null) {
                    if (now - run.lockedUntil >= 0) {
                        over.add(run);
                    } else {
                        next = anyLocked && next - run.lockedUntil <= 0 ? next : run.lockedUntil;
                        anyLocked = true;
                    }
                }
            }
            if (anyLocked) {
                timer.arm(next);
            }
            if (over.isEmpty()) {
                return;
            }
            List<StoredRun> states = new ArrayList<>();
            for (DeliveryRun run : over) {
                run.moveTo(Acknowledging.afterRelease(run.deliveries, limits));
                states.add(run.stored(window.start(), run.state));
            }
            over.forEach(window::merge);
            window.advance();
            queued.add(new QueuedChange(states, List.of(), new CompletableFuture<>()));
        }
        waiters.wake();
        writeNext();
    }

    /**
     * Waits for a change by which records may be acquired, or by which nothing is delivered any more.
     *
     * @param waiter called on any thread at each change until it is removed; must be short
     * @return removes the waiter; idempotent
     */
    public Runnable addWaiter(Runnable waiter) {
        return waiters.add(waiter);
    }

    /** @return completes when no state is being written; at once if none is */
    synchronized CompletableFuture<Void> idle() {
        if (!writing && queued.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> idle = new CompletableFuture<>();
        idleWaiters.add(idle);
        return idle;
    }

    /** Ends the delivery: another object may read the stored state from now on. */
    void fence() {
        synchronized (this) {
            fail(new NotLeaderOrFollowerException("the share partition has ended"));
        }
        waiters.wake();
    }

    private void fail(ApiException why) {
        if (failure == null) {
            failure = why;
        }
        timer.cancel();
    }
}
