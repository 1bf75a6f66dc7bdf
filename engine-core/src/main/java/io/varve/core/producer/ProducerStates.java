// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.EndOfTransaction;
import io.varve.core.transaction.AbortedSnapshot;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.PartitionTransactions;
import io.varve.core.transaction.PendingVerifications;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the state of one partition's producers (KIP-98, KIP-360): their epochs, their last five batches each,
 * their transactions. The state is a fold over batches: only {@link #apply} changes it, in live appends and
 * in a replay. Pending verifications (KIP-890) are not part of the fold, and are gone after a restart.
 * {@link SequenceCheck} checks batches against this state.
 *
 * <p>Not thread-safe: the partition's writer owns it. Only {@link #firstUnstableOffset}, {@link #visibleTo}
 * and {@link #aborted} may be called by any thread.
 */
public final class ProducerStates {
    /**
     * Max producers remembered, some 500 bytes each. No partition has as many real writers, but a client may
     * request new ids without end.
     */
    static final int MAX_PRODUCERS = 100_000;

    private final KnownProducers producers;
    private final PendingVerifications verifications = new PendingVerifications();
    /** Null until the partition sees its first transaction. */
    private volatile PartitionTransactions transactions;

    /** Creates the state of a partition without known producers. */
    public ProducerStates() {
        this(MAX_PRODUCERS);
    }

    ProducerStates(int maxProducers) {
        producers = new KnownProducers(maxProducers);
    }

    /** @return the producer's entry, or null */
    ProducerEntry entry(long producerId) {
        return producers.get(producerId);
    }

    /**
     * @return whether the guard proves that the producer's transaction was verified, and has not ended since
     */
    boolean isVerified(long producerId, VerificationGuard guard) {
        return verifications.holds(producerId, guard);
    }

    /** @return the producer's pending verification, or null */
    PendingVerifications.ProducerVerification verification(long producerId) {
        return verifications.of(producerId);
    }

    /**
     * Applies a batch of a replay, as {@link #apply(ByteBuffer, int, long)}. The time of its append is
     * unknown: the batch's timestamp replaces it until {@link #countIdleFrom}.
     */
    public void apply(ByteBuffer buffer, int at) {
        apply(buffer, at, BatchHeader.maxTimestamp(buffer, at));
    }

    /**
     * Applies an appended batch, which has its offsets already.
     *
     * @param buffer holds the batch; at least the header unless it is a control batch
     * @param at the batch's first byte
     * @param now ms by the clock of {@link #expire}
     * @throws io.varve.core.record.InvalidBatchException if the batch is a control batch with an unsound
     *     record
     */
    public void apply(ByteBuffer buffer, int at, long now) {
        long id = BatchHeader.producerId(buffer, at);
        if (id == BatchHeader.NO_PRODUCER_ID) {
            return;
        }
        if (BatchHeader.isControl(buffer, at)) {
            EndOfTransaction.read(buffer, at).ifPresent(end -> applyEnd(buffer, at, end, now));
            return;
        }
        boolean transactional = BatchHeader.isTransactional(buffer, at);
        int first = BatchHeader.baseSequence(buffer, at);
        if (!transactional && first < 0) {
            return;
        }
        long timestamp = BatchHeader.maxTimestamp(buffer, at);
        ProducerEntry entry = producers.active(id, BatchHeader.producerEpoch(buffer, at), timestamp, now);
        if (first >= 0) {
            entry.add(new SequencedBatch(
                    first,
                    SequenceNumbers.plus(first, BatchHeader.lastOffsetDelta(buffer, at)),
                    BatchHeader.baseOffset(buffer, at),
                    BatchHeader.lastOffset(buffer, at),
                    timestamp));
        }
        if (transactional) {
            verifications.end(id);
            // Compaction empties a batch only after its transaction ended: an empty batch begins no
            // transaction.
            if (!entry.isInTransaction() && BatchHeader.recordCount(buffer, at) > 0) {
                begin(id, entry, BatchHeader.baseOffset(buffer, at));
            }
        }
    }

    private void applyEnd(ByteBuffer buffer, int at, EndOfTransaction end, long now) {
        long id = BatchHeader.producerId(buffer, at);
        ProducerEntry entry = producers.active(id, BatchHeader.producerEpoch(buffer, at), end.timestamp(), now);
        if (entry.isInTransaction()) {
            boolean abort = end.type() == ControlType.ABORT;
            transactions.end(id, entry.transactionStart(), BatchHeader.baseOffset(buffer, at), abort);
        }
        entry.end(end.coordinatorEpoch());
        verifications.end(id);
    }

    private void begin(long id, ProducerEntry entry, long offset) {
        entry.begin(offset);
        transactions().begin(id, offset);
    }

    private PartitionTransactions transactions() {
        PartitionTransactions present = transactions;
        if (present == null) {
            present = new PartitionTransactions();
            transactions = present;
        }
        return present;
    }

    /**
     * Restores a producer from a snapshot; the batch is null if only markers of the producer are known.
     */
    void restore(ProducerInfo info, SequencedBatch batch) {
        ProducerEntry entry =
                producers.active(info.producerId(), info.producerEpoch(), info.lastTimestamp(), info.lastTimestamp());
        entry.end(info.coordinatorEpoch());
        if (batch != null) {
            entry.add(batch);
        }
        if (info.currentTransactionFirstOffset() >= 0) {
            begin(info.producerId(), entry, info.currentTransactionFirstOffset());
        }
    }

    /**
     * Restores an aborted transaction from a snapshot; callers restore them in the order of their markers.
     *
     * @param aborted a transaction whose marker is above all restored before
     */
    public void restore(AbortedTransaction aborted) {
        transactions().restore(aborted);
    }

    /**
     * Begins to verify that a producer's batch belongs to its transaction.
     *
     * @param producerId the producer
     * @param epoch its epoch
     * @param sequence sequence of the batch's first record, or -1
     * @param epochBumps whether each transaction raises the producer's epoch
     * @param now ms by the clock of {@link #expire}
     * @return the guard; NONE if the transaction is open already; empty if a higher epoch is known
     */
    public Optional<VerificationGuard> startVerification(
            long producerId, short epoch, int sequence, boolean epochBumps, long now) {
        ProducerEntry entry = producers.get(producerId);
        if (entry != null && epoch < entry.epoch()) {
            return Optional.empty();
        }
        return Optional.of(
                hasOpenTransaction(producerId, epoch)
                        ? VerificationGuard.NONE
                        : verifications.begin(producerId, epoch, sequence, epochBumps, now));
    }

    /**
     * @param producerId a producer
     * @param epoch its epoch
     * @return whether the producer has a transaction open under that epoch
     */
    public boolean hasOpenTransaction(long producerId, short epoch) {
        ProducerEntry entry = producers.get(producerId);
        return entry != null && entry.isInTransaction() && entry.epoch() == epoch;
    }

    /**
     * @return first offset of the first transaction that is open or ended at or above the high watermark, or
     *     Long.MAX_VALUE. Thread-safe
     */
    public long firstUnstableOffset() {
        PartitionTransactions present = transactions;
        return present == null ? PartitionTransactions.ALL_STABLE : present.firstUnstable();
    }

    /**
     * Records a new high watermark before consumers see it. Thread-safe.
     *
     * @param highWatermark transactions that end below it are stable
     */
    public void visibleTo(long highWatermark) {
        PartitionTransactions present = transactions;
        if (present != null && present.firstUnstable() != PartitionTransactions.ALL_STABLE) {
            present.visibleTo(highWatermark);
        }
    }

    /** @return a snapshot of the aborted transactions. Thread-safe */
    public AbortedSnapshot aborted() {
        PartitionTransactions present = transactions;
        return present == null ? AbortedSnapshot.NONE : present.aborted();
    }

    /**
     * Forgets aborted transactions whose marker is trimmed.
     *
     * @param base first offset of the first segment
     * @return whether any was forgotten
     */
    public boolean trimAborted(long base) {
        PartitionTransactions present = transactions;
        return present != null && present.trimAborted(base);
    }

    /**
     * Forgets aborted transactions of which no record is left.
     *
     * @param gone the transactions to forget
     * @return whether any of them was known
     */
    public boolean forgetAborted(Collection<AbortedTransaction> gone) {
        PartitionTransactions present = transactions;
        return present != null && !gone.isEmpty() && present.forgetAborted(gone);
    }

    /** Forgets every producer without an open transaction: some of its batches are unreadable. */
    public void forgetSequences() {
        producers.removeIf(entry -> !entry.isInTransaction());
    }

    /**
     * Counts every producer as active now: a log does not hold the times of appends.
     *
     * @param now ms by the clock of {@link #expire}
     */
    public void countIdleFrom(long now) {
        producers.all().values().forEach(entry -> entry.activeAt(now));
    }

    /**
     * Forgets producers that have been idle too long and have no open transaction, and verifications that
     * were never ended. Idle time counts from the last append, not from the records' timestamps: a producer
     * that imports last month's records is active.
     *
     * @param before ms by the clock of {@link #apply(ByteBuffer, int, long)}: producers last active before
     *     that time are forgotten
     */
    public void expire(long before) {
        producers.removeIf(entry -> entry.activeMs() < before && !entry.isInTransaction());
        verifications.expire(before);
    }

    /** @return number of producers remembered */
    public int size() {
        return producers.all().size();
    }

    /** @return the known state of each producer; a copy */
    public List<ProducerInfo> infos() {
        List<ProducerInfo> infos = new ArrayList<>(producers.all().size());
        producers.all().forEach((id, entry) -> infos.add(info(id, entry)));
        return infos;
    }

    static ProducerInfo info(long id, ProducerEntry entry) {
        SequencedBatch last = entry.last();
        return new ProducerInfo(
                id,
                entry.epoch(),
                last == null ? -1 : last.lastSequence(),
                entry.lastTimestamp(),
                entry.coordinatorEpoch(),
                entry.transactionStart(),
                last == null ? -1 : last.lastOffset());
    }

    Map<Long, ProducerEntry> entries() {
        return producers.all();
    }
}
