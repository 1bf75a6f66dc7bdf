// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;

/** The outcome of a {@link TransactionCommand}. */
sealed interface TransactionDecision {
    /**
     * Nothing changes.
     *
     * @param error why
     */
    record Refused(Errors error) implements TransactionDecision {}

    /**
     * The transaction is already as the command wants it.
     *
     * @param now the transaction
     */
    record Unchanged(Transaction now) implements TransactionDecision {}

    /**
     * The transaction changes.
     *
     * @param next the transaction as it will be
     * @param answer the client's answer when that is durable: NONE, or an error that has it ask again
     */
    record Changed(Transaction next, Errors answer) implements TransactionDecision {}

    /**
     * The transactional id is forgotten.
     *
     * @param transactionalId the id
     */
    record Forgotten(String transactionalId) implements TransactionDecision {}

    /** The command needs a fresh producer id, and is to be given again with one. */
    record ProducerIdNeeded() implements TransactionDecision {}

    static TransactionDecision refused(Errors error) {
        return new Refused(error);
    }

    static TransactionDecision changed(Transaction next) {
        return new Changed(next, Errors.NONE);
    }
}
