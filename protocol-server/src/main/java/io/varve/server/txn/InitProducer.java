// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Gives a producer its epoch and fences its predecessors (InitProducerId, KIP-98), or lets a producer go on
 * after an error (KIP-360).
 *
 * @param transactionalId the producer's transactional id
 * @param timeoutMs how long its transactions may be open, in ms
 * @param expected the id and epoch the producer had before, or {@link ProducerEpoch#NONE}
 * @param freshId a producer id that was never given out, or -1 as long as none is needed
 * @param nowMs the time in ms since the epoch
 */
record InitProducer(String transactionalId, int timeoutMs, ProducerEpoch expected, long freshId, long nowMs)
        implements TransactionCommand {
    @Override
    public TransactionDecision decide(Transaction now) {
        if (now == null) {
            return freshId == RecordBatch.NO_PRODUCER_ID
                    ? new TransactionDecision.ProducerIdNeeded()
                    : grant(Transaction.created(transactionalId, freshId, timeoutMs, nowMs));
        }
        if (now.isPrepared()) {
            return TransactionDecision.refused(Errors.CONCURRENT_TRANSACTIONS);
        }
        if (expected.isPresent() && !isKnown(now.producer())) {
            return TransactionDecision.refused(Errors.PRODUCER_FENCED);
        }
        return switch (now.state()) {
            case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT -> grant(now);
            // The epoch that this fences with is unowned: the client asks again and gets one of its own.
            case ONGOING -> new TransactionDecision.Changed(now.fenced(nowMs), Errors.CONCURRENT_TRANSACTIONS);
            case PREPARE_COMMIT, PREPARE_ABORT, DEAD, PREPARE_EPOCH_FENCE ->
                throw new IllegalStateException(now + " is in no state to decide about");
        };
    }

    /**
     * Tells whether the producer's id is the present one; its epoch is checked later. The previous id counts
     * too if its epochs were used up: a producer that missed the answer asks by it again.
     */
    private boolean isKnown(ProducerHistory producer) {
        return expected.id() == producer.id()
                || expected.id() == producer.previousId() && ProducerHistory.isExhausted(expected.epoch());
    }

    private TransactionDecision grant(Transaction now) {
        ProducerHistory producer = now.producer();
        boolean isCurrent = !expected.isPresent() || expected.epoch() == producer.epoch();
        if (producer.isExhausted() && isCurrent) {
            return freshId == RecordBatch.NO_PRODUCER_ID
                    ? new TransactionDecision.ProducerIdNeeded()
                    : granted(
                            now,
                            producer.rotated(
                                    freshId, expected.isPresent() ? producer.epoch() : RecordBatch.NO_PRODUCER_EPOCH));
        }
        if (!expected.isPresent()) {
            return granted(now, producer.withEpochs(bump(producer), RecordBatch.NO_PRODUCER_EPOCH));
        }
        if (isCurrent || producer.epoch() == RecordBatch.NO_PRODUCER_EPOCH) {
            return granted(now, producer.withEpochs(bump(producer), producer.epoch()));
        }
        if (expected.epoch() == producer.lastEpoch()) {
            // The producer's last answer was lost. Another producer in between would have cleared the last
            // epoch.
            return granted(now, producer.withEpochs(producer.epoch(), producer.lastEpoch()));
        }
        return TransactionDecision.refused(Errors.PRODUCER_FENCED);
    }

    private static short bump(ProducerHistory producer) {
        return (short) (producer.epoch() + 1);
    }

    private TransactionDecision granted(Transaction now, ProducerHistory producer) {
        return TransactionDecision.changed(now.initialized(producer, timeoutMs, nowMs));
    }
}
