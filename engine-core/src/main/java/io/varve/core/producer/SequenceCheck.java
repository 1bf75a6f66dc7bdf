// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.EndOfTransaction;
import io.varve.core.transaction.PendingVerifications;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;

/**
 * Checks batches and markers against the state of their producers, before they are appended (KIP-98, KIP-360,
 * KIP-890): finds duplicates, sequence gaps, fenced epochs, and batches outside their transaction. Changes
 * nothing. Not thread-safe: used by the partition's writer.
 */
public final class SequenceCheck {
    private final ProducerStates producers;

    /** @param producers the state of the partition's producers */
    public SequenceCheck(ProducerStates producers) {
        this.producers = producers;
    }

    /**
     * Checks a batch before its append. For a duplicate the verdict holds the original's offsets.
     *
     * @param buffer holds the batch
     * @param at the batch's first byte
     * @param fromClient whether to check sequences: false for the broker's own batches
     * @param guard proves that the batch belongs to a transaction that is not open here yet
     * @return the verdict; accepted for batches of producers that are not idempotent
     */
    public SequenceVerdict checkBatch(ByteBuffer buffer, int at, boolean fromClient, VerificationGuard guard) {
        long id = BatchHeader.producerId(buffer, at);
        if (id == BatchHeader.NO_PRODUCER_ID) {
            return SequenceVerdict.Accepted.INSTANCE;
        }
        if (BatchHeader.isControl(buffer, at)) {
            return EndOfTransaction.read(buffer, at)
                    .map(end -> checkMarker(marker(buffer, at, end)))
                    .orElse(SequenceVerdict.Accepted.INSTANCE);
        }
        ProducerEntry entry = producers.entry(id);
        SequencedBatch earlier = fromClient ? appendedEarlier(entry, buffer, at) : null;
        if (earlier != null) {
            return new SequenceVerdict.Duplicate(earlier);
        }
        short epoch = BatchHeader.producerEpoch(buffer, at);
        if (entry != null && epoch < entry.epoch()) {
            return new SequenceVerdict.Fenced(entry.epoch());
        }
        boolean transactional = BatchHeader.isTransactional(buffer, at);
        if (transactional && !producers.hasOpenTransaction(id, epoch) && !producers.isVerified(id, guard)) {
            return new SequenceVerdict.WrongTransaction(
                    "no transaction is open here that it was verified to belong to");
        }
        if (fromClient) {
            SequenceVerdict sequence = checkSequence(id, entry, epoch, BatchHeader.baseSequence(buffer, at));
            if (sequence != SequenceVerdict.Accepted.INSTANCE) {
                return sequence;
            }
        }
        if (!transactional && entry != null && entry.isInTransaction()) {
            return new SequenceVerdict.WrongTransaction(
                    "it is not transactional, and a transaction is open since offset " + entry.transactionStart());
        }
        return SequenceVerdict.Accepted.INSTANCE;
    }

    /** @return the remembered batch with the same sequences, or null */
    private static SequencedBatch appendedEarlier(ProducerEntry entry, ByteBuffer buffer, int at) {
        if (entry == null || BatchHeader.producerEpoch(buffer, at) != entry.epoch()) {
            return null;
        }
        int first = BatchHeader.baseSequence(buffer, at);
        return entry.find(first, SequenceNumbers.plus(first, BatchHeader.lastOffsetDelta(buffer, at)));
    }

    private SequenceVerdict checkSequence(long id, ProducerEntry entry, short epoch, int first) {
        SequencedBatch newest = entry == null ? null : entry.last();
        PendingVerifications.ProducerVerification verified = producers.verification(id);
        if (verified != null) {
            if (verified.epochBumps() && newest == null && first != 0) {
                return new SequenceVerdict.OutOfOrder(0);
            }
            int lowest = verified.lowestSequence();
            if (lowest != PendingVerifications.NO_SEQUENCE && first > lowest) {
                return new SequenceVerdict.OutOfOrder(lowest);
            }
        }
        if (entry == null) {
            // Producer unknown here, or forgotten: any first sequence is accepted, since the client cannot
            // know that it was forgotten.
            return SequenceVerdict.Accepted.INSTANCE;
        }
        int expected = epoch > entry.epoch() || newest == null ? 0 : SequenceNumbers.plus(newest.lastSequence(), 1);
        return first == expected ? SequenceVerdict.Accepted.INSTANCE : new SequenceVerdict.OutOfOrder(expected);
    }

    /**
     * Checks a marker before its append. A repeated marker for an ended transaction is accepted: its
     * coordinator may have missed the first response.
     *
     * @param marker the coordinator's marker
     * @return accepted, fenced, or coordinator fenced
     */
    public SequenceVerdict checkMarker(TransactionMarker marker) {
        ProducerEntry entry = producers.entry(marker.producerId());
        if (entry == null) {
            return SequenceVerdict.Accepted.INSTANCE;
        }
        boolean late = marker.producerEpoch() < entry.epoch()
                || marker.epochBumped() && marker.producerEpoch() == entry.epoch() && entry.isInTransaction();
        if (late) {
            return new SequenceVerdict.Fenced(entry.epoch());
        }
        return marker.coordinatorEpoch() < entry.coordinatorEpoch()
                ? new SequenceVerdict.CoordinatorFenced(entry.coordinatorEpoch())
                : SequenceVerdict.Accepted.INSTANCE;
    }

    private static TransactionMarker marker(ByteBuffer buffer, int at, EndOfTransaction end) {
        return new TransactionMarker(
                BatchHeader.producerId(buffer, at),
                BatchHeader.producerEpoch(buffer, at),
                end.coordinatorEpoch(),
                end.type() == ControlType.COMMIT,
                false);
    }
}
