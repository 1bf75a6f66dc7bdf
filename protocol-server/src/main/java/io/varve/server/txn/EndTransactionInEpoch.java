// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.server.common.TransactionVersion;

/**
 * Ends a transaction of a producer that keeps its epoch from one to the next (EndTxn before
 * transaction.version 2).
 *
 * @param producer the producer that asks
 * @param commit true to commit, false to abort
 * @param nowMs the time in ms since the epoch
 */
record EndTransactionInEpoch(ProducerEpoch producer, boolean commit, long nowMs) implements TransactionCommand {
    @Override
    public TransactionDecision decide(Transaction now) {
        if (now == null || now.producer().id() != producer.id()) {
            return TransactionDecision.refused(Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        if (now.producer().epoch() != producer.epoch()) {
            return TransactionDecision.refused(Errors.PRODUCER_FENCED);
        }
        return switch (now.state()) {
            case ONGOING ->
                TransactionDecision.changed(now.prepared(
                        commit,
                        now.producer()
                                .withEpochs(producer.epoch(), now.producer().lastEpoch()),
                        TransactionVersion.TV_0.featureLevel(),
                        nowMs));
            case COMPLETE_COMMIT, COMPLETE_ABORT ->
                commit == (now.state() == TransactionState.COMPLETE_COMMIT)
                        ? new TransactionDecision.Unchanged(now)
                        : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
            case PREPARE_COMMIT, PREPARE_ABORT ->
                TransactionDecision.refused(
                        commit == (now.state() == TransactionState.PREPARE_COMMIT)
                                ? Errors.CONCURRENT_TRANSACTIONS
                                : Errors.INVALID_TXN_STATE);
            case EMPTY -> TransactionDecision.refused(Errors.INVALID_TXN_STATE);
            case DEAD, PREPARE_EPOCH_FENCE -> throw new IllegalStateException(now + " is never kept in this state");
        };
    }
}
