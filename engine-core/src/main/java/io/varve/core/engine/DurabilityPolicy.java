// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.log.AppendListener;
import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.Scheduler;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Decides when an append is handed to the committer, and when it becomes visible: the meaning of
 * {@code log.durability}.
 */
abstract sealed class DurabilityPolicy implements AppendListener, AutoCloseable {
    static DurabilityPolicy of(EngineConfig config, Committer committer, Scheduler scheduler) {
        return config.durability() == Durability.SYNC
                ? new Synced(committer)
                : new Unsynced(config, committer, scheduler);
    }

    /** Forgets a deleted partition. */
    void forget(PartitionLog log) {}

    /**
     * Changes how often appended bytes are synced, where that is not at once.
     *
     * @param ms as {@link EngineConfig#flushIntervalMs}
     * @param records as {@link EngineConfig#flushIntervalMessages}
     */
    void flushEvery(long ms, long records) {}

    @Override
    public void close() {}

    /** Commits every append at once; it is visible when durable. */
    private static final class Synced extends DurabilityPolicy {
        private final Committer committer;

        Synced(Committer committer) {
            this.committer = committer;
        }

        @Override
        public void appended(PartitionLog log, long records) {
            committer.request(log);
        }

        @Override
        public void appended(PartitionLog log, long records, EventLoop loop) {
            committer.request(log, loop);
        }

        @Override
        public ByteBuffer lend() {
            return committer.lend();
        }

        @Override
        public void giveBack(ByteBuffer buffer) {
            committer.giveBack(buffer);
        }
    }

    /**
     * Shows appends when they are readable; syncs by count and by time, or leaves the sync to the operating
     * system. A storage that makes appends readable only at a sync is synced at once: consumers would not see
     * the appends otherwise.
     */
    private static final class Unsynced extends DurabilityPolicy {
        private final Committer committer;
        private final Scheduler scheduler;
        private final ConcurrentHashMap<PartitionLog, LongAdder> unsynced = new ConcurrentHashMap<>();
        private volatile long everyRecords;

        // Guarded by this. The period in ms of the task below, or Long.MAX_VALUE when there is none.
        private long everyMs = Long.MAX_VALUE;
        private Scheduler.Task flush = () -> {};
        private boolean closed;

        Unsynced(EngineConfig config, Committer committer, Scheduler scheduler) {
            this.committer = committer;
            this.scheduler = scheduler;
            flushEvery(config.flushIntervalMs(), config.flushIntervalMessages());
        }

        @Override
        synchronized void flushEvery(long ms, long records) {
            everyRecords = records;
            if (ms != everyMs && !closed) {
                flush.cancel();
                everyMs = ms;
                flush = ms == Long.MAX_VALUE ? () -> {} : scheduler.scheduleEvery(Math.max(1, ms), this::flushAll);
            }
        }

        @Override
        public void appended(PartitionLog log, long records) {
            LongAdder pending = unsynced.computeIfAbsent(log, ignored -> new LongAdder());
            pending.add(records);
            long end = log.logEndOffset();
            long readable = Durability.ASYNC.visibleEnd(log.extent());
            log.commitTarget().committed(readable);
            if (readable < end || pending.sum() >= everyRecords) {
                unsynced.remove(log);
                committer.request(log);
            }
        }

        @Override
        void forget(PartitionLog log) {
            unsynced.remove(log);
        }

        private void flushAll() {
            for (PartitionLog log : inOrder(unsynced.keySet())) {
                unsynced.remove(log);
                committer.request(log);
            }
        }

        private static List<PartitionLog> inOrder(Collection<PartitionLog> logs) {
            return logs.stream().sorted(Comparator.comparing(PartitionLog::id)).toList();
        }

        @Override
        public void close() {
            synchronized (this) {
                closed = true;
                flush.cancel();
            }
            flushAll();
        }
    }
}
