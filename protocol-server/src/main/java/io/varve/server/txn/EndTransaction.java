// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.coordinator.transaction.TransactionState;

/**
 * Ends a transaction of a producer whose epoch is raised with every transaction (EndTxn, transaction.version
 * 2, KIP-890). The epoch tells a retry of the last end from the end of the next transaction:
 *
 * <pre>
 *                   abort                      commit
 *                   epoch - 1     epoch        epoch - 1     epoch
 *   EMPTY           fenced        raised       fenced        INVALID_TXN_STATE
 *   COMPLETE_ABORT  unchanged     raised       INVALID_...   INVALID_...
 *   COMPLETE_COMMIT INVALID_...   raised       unchanged     INVALID_...
 * </pre>
 *
 * @param producer the producer that asks
 * @param commit true to commit, false to abort
 * @param clientVersion the level of {@code transaction.version} it works by
 * @param freshId a producer id that was never given out, or -1 as long as none is needed
 * @param nowMs the time in ms since the epoch
 */
record EndTransaction(ProducerEpoch producer, boolean commit, short clientVersion, long freshId, long nowMs)
        implements TransactionCommand {
    @Override
    public TransactionDecision decide(Transaction now) {
        if (now == null) {
            return TransactionDecision.refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        if (now.isAhead(producer)) {
            return TransactionDecision.refused(Errors.CONCURRENT_TRANSACTIONS);
        }
        ProducerHistory known = now.producer();
        // If the last transaction ended without a bump, another producer got the present epoch. Then a
        // request in the epoch before it is a zombie's, not a retry.
        boolean afterBump = now.bumpsEpochs() && known.epoch() == producer.epoch() + 1;
        boolean afterRotation = now.bumpsEpochs()
                && known.previousId() == producer.id()
                && producer.epoch() == Short.MAX_VALUE - 1
                && known.epoch() == 0;
        if (known.id() != producer.id() && !afterRotation) {
            return TransactionDecision.refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        boolean isCurrent = known.epoch() == producer.epoch();
        boolean isRetry = afterBump || afterRotation;
        return switch (now.state()) {
            case ONGOING -> isCurrent ? end(now) : TransactionDecision.refused(Errors.PRODUCER_FENCED);
            case EMPTY -> isCurrent ? endNothing(now) : TransactionDecision.refused(Errors.PRODUCER_FENCED);
            case PREPARE_COMMIT, PREPARE_ABORT ->
                TransactionDecision.refused(afterBump ? whileEnding(now) : Errors.PRODUCER_FENCED);
            case COMPLETE_COMMIT, COMPLETE_ABORT -> {
                if (isRetry) {
                    yield isSameEnd(now)
                            ? new TransactionDecision.Unchanged(now)
                            : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
                }
                yield isCurrent ? endNothing(now) : TransactionDecision.refused(Errors.PRODUCER_FENCED);
            }
            case DEAD, PREPARE_EPOCH_FENCE -> throw new IllegalStateException(now + " is never kept in this state");
        };
    }

    private Errors whileEnding(Transaction now) {
        boolean committing = now.state() == TransactionState.PREPARE_COMMIT;
        return committing == commit ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE;
    }

    private boolean isSameEnd(Transaction now) {
        return commit == (now.state() == TransactionState.COMPLETE_COMMIT);
    }

    /**
     * Answers an end without a transaction: an abort gives a producer that is in doubt a new epoch, a commit
     * is refused.
     */
    private TransactionDecision endNothing(Transaction now) {
        return commit ? TransactionDecision.refused(Errors.INVALID_TXN_STATE) : end(now);
    }

    private TransactionDecision end(Transaction now) {
        boolean rotates = now.producer().isExhausted();
        if (rotates && freshId == RecordBatch.NO_PRODUCER_ID) {
            return new TransactionDecision.ProducerIdNeeded();
        }
        long next = rotates ? freshId : RecordBatch.NO_PRODUCER_ID;
        return TransactionDecision.changed(now.prepared(commit, now.producer().bumped(next), clientVersion, nowMs));
    }
}
