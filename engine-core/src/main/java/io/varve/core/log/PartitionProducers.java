// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.recovery.ProducerSnapshotStore;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.VerificationGuard;
import java.util.Collection;
import java.util.List;

/**
 * Answers queries about a partition's producers and their transactions, begins to verify transactions,
 * expires idle producers and writes snapshots of all producers. Thread-safe.
 */
public final class PartitionProducers {
    private final StoreWriter writer;
    /** Guarded by its own monitor, which is taken before the writer's lock. */
    private final ProducerSnapshotStore snapshots;

    private final Clock clock;

    PartitionProducers(StoreWriter writer, ProducerSnapshotStore snapshots, Clock clock) {
        this.writer = writer;
        this.snapshots = snapshots;
        this.clock = clock;
    }

    /**
     * As {@link #startVerification(long, short, int, boolean)}, for batches without sequences: a
     * coordinator's committed offsets.
     */
    public VerificationGuard startVerification(long producerId, short producerEpoch, boolean supportsEpochBump) {
        return startVerification(producerId, producerEpoch, -1, supportsEpochBump);
    }

    /**
     * Begins to verify that this partition belongs to a producer's transaction: call before the coordinator
     * is asked (KIP-890).
     *
     * @param producerId the producer
     * @param producerEpoch its epoch
     * @param firstSequence sequence of the first record to append, or -1; until it is appended, no batch with
     *     a higher sequence may begin the transaction
     * @param supportsEpochBump whether the producer's epoch is raised with every transaction
     *     (transaction.version 2): then its first batch here has sequence 0
     * @return {@link VerificationGuard#NONE} if the producer has a transaction open here already, which needs
     *     no verification; else the guard to pass to the append
     * @throws AppendException INVALID_PRODUCER_EPOCH if a higher epoch is known here
     */
    public VerificationGuard startVerification(
            long producerId, short producerEpoch, int firstSequence, boolean supportsEpochBump) {
        writer.lock();
        try {
            return writer.producers()
                    .startVerification(producerId, producerEpoch, firstSequence, supportsEpochBump, writer.idleClock())
                    .orElseThrow(() -> new AppendException(
                            AppendException.Kind.INVALID_PRODUCER_EPOCH,
                            "producer " + producerId + " has epoch " + producerEpoch + " in "
                                    + writer.store().id() + ", where a higher one has written"));
        } finally {
            writer.unlock();
        }
    }

    /**
     * @param producerId the producer
     * @param producerEpoch its epoch
     * @return whether it has a transaction open here
     */
    public boolean hasOpenTransaction(long producerId, short producerEpoch) {
        writer.lock();
        try {
            return writer.producers().hasOpenTransaction(producerId, producerEpoch);
        } finally {
            writer.unlock();
        }
    }

    /**
     * Finds the aborted transactions whose records a reader of committed records must leave out.
     *
     * @param from first offset read, inclusive
     * @param to end of what was read, exclusive
     * @return the aborted transactions with records in that range, in the order of their markers
     */
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        return writer.producers().aborted().overlapping(from, to);
    }

    /** @return the state of each remembered producer; a copy */
    public List<ProducerInfo> active() {
        writer.lock();
        try {
            return writer.producers().infos();
        } finally {
            writer.unlock();
        }
    }

    /**
     * Forgets producers that have not appended since a time, whatever their records' timestamps. A start
     * counts as an append of every producer.
     *
     * @param before ms since the epoch by the engine's clock
     */
    public void expire(long before) {
        long idleMs = clock.millis() - Math.min(before, Long.MAX_VALUE / 2);
        writer.lock();
        try {
            writer.producers().expire(writer.idleClock() - idleMs);
        } finally {
            writer.unlock();
        }
    }

    /** @return bytes appended since the last snapshot, which a start after a crash would replay */
    public long bytesSinceSnapshot() {
        return writer.bytesSinceSnapshot();
    }

    /**
     * Writes a snapshot of the producers, bound to the log end offset, unless nothing was appended since the
     * last one. Keeps the last one as well: a crash may move the log end back.
     *
     * @throws StorageException FULL, FENCED, CLOSED
     */
    public void writeSnapshot() {
        synchronized (snapshots) {
            ProducerSnapshotStore.Pending pending;
            writer.lock();
            try {
                pending = snapshots.prepare(writer.producers(), writer.logEndOffset());
                writer.countSinceSnapshot();
            } finally {
                writer.unlock();
            }
            if (pending != null) {
                snapshots.write(pending);
            }
        }
    }

    /**
     * Forgets aborted transactions of which compaction has left no record, and writes a snapshot without them
     * before their markers may be removed. If the aborted list of a fetch held a transaction without a
     * marker, the reader would never find its end, and would skip later records of the producer.
     */
    void forgetAborted(Collection<AbortedTransaction> gone) {
        boolean fewer;
        writer.lock();
        try {
            fewer = writer.producers().forgetAborted(gone);
        } finally {
            writer.unlock();
        }
        if (fewer) {
            synchronized (snapshots) {
                snapshots.outdate();
            }
            writeForgotten();
        }
    }

    /** Writes the snapshot that could not be written when aborted transactions were forgotten. */
    void writeForgotten() {
        synchronized (snapshots) {
            if (snapshots.isOutdated()) {
                writeSnapshot();
            }
        }
    }

    /**
     * Deletes the index of aborted transactions whose markers lie below an offset; without the writer's lock.
     */
    void trimIndex(long base) {
        synchronized (snapshots) {
            snapshots.trimIndex(base);
        }
    }
}
