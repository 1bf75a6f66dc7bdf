// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.append.AppendRun;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.epoch.LeaderEpochs;
import io.varve.core.producer.ProducerStates;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionStore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes batches to the store, one writer at a time, and records what they change: the log end offset, the
 * producers, the leader epochs. The parts of {@link PartitionLog} that change one of these share the lock.
 *
 * <p>The end, the configuration and the thread-safe methods of {@link ProducerStates} need no lock to be
 * read.
 */
final class StoreWriter {
    private final PartitionStore store;
    private final int leaderEpoch;
    private final Clock clock;
    private final ReentrantLock writing = new ReentrantLock();
    private final LeaderEpochs epochs;
    private final ProducerStates producers;
    private volatile PartitionConfig config;
    private volatile long logEndOffset;
    private volatile long bytesSinceSnapshot;

    /** @param producers as they are at the store's readable end */
    StoreWriter(PartitionStore store, int leaderEpoch, PartitionConfig config, Clock clock, ProducerStates producers) {
        this.store = store;
        this.leaderEpoch = leaderEpoch;
        this.config = config;
        this.clock = clock;
        this.producers = producers;
        this.epochs = new LeaderEpochs(store, leaderEpoch);
        if (!store.isLocal(store.extent().start())) {
            epochs.prepare();
        }
        this.logEndOffset = store.extent().readableEnd();
        producers.countIdleFrom(idleClock());
    }

    /** Takes the writer's lock, waiting for the writer before. */
    void lock() {
        writing.lock();
    }

    /** Releases the writer's lock. */
    void unlock() {
        writing.unlock();
    }

    /**
     * Tells idle time by a clock that is never set: a correction of the machine's clock must not make every
     * producer idle for years.
     */
    long idleClock() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanos());
    }

    PartitionStore store() {
        return store;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** @return the leader epochs; thread-safe */
    LeaderEpochs epochs() {
        return epochs;
    }

    /** @return the producers; changed only with the lock held */
    ProducerStates producers() {
        return producers;
    }

    PartitionConfig config() {
        return config;
    }

    /** Applies a configuration; with the lock held. */
    void configure(PartitionConfig next) {
        config = next;
        store.settings(next.settings(store.extent().start()));
    }

    long logEndOffset() {
        return logEndOffset;
    }

    long bytesSinceSnapshot() {
        return bytesSinceSnapshot;
    }

    /** Resets the count of bytes that a replay after a crash would read; with the lock held. */
    void countSinceSnapshot() {
        bytesSinceSnapshot = 0;
    }

    /**
     * Assigns a run its offsets and stores it at the end; with the lock held.
     *
     * @return the offset after its last record
     */
    long append(AppendRun run) {
        return store(run, run.place(logEndOffset, leaderEpoch));
    }

    /** Stores a run at the offsets it has; with the lock held. */
    void appendImported(AppendRun run) {
        store(run, run.asStored());
    }

    private long store(AppendRun run, BatchRun placed) {
        store.append(placed);
        long now = idleClock();
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(run.bytes(), at)) {
            producers.apply(run.bytes(), at, now);
            epochs.appended(BatchHeader.leaderEpoch(run.bytes(), at), BatchHeader.baseOffset(run.bytes(), at));
        }
        bytesSinceSnapshot = bytesSinceSnapshot + run.end() - run.start();
        // Last: a thread that sees the new end must also see the transactions that begin below it.
        logEndOffset = placed.nextOffset();
        return placed.nextOffset();
    }

    /** Moves the start and end of an empty log up to an offset; with the lock held. */
    void beginAt(long start) {
        long first = store.extent().start();
        if (logEndOffset > first || start < logEndOffset) {
            throw new IllegalStateException(
                    store.id() + " reaches from " + first + " to " + logEndOffset + ": it cannot begin at " + start);
        }
        store.trimTo(start);
        logEndOffset = start;
    }
}
