// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;

/** What a command comes to. */
sealed interface TransactionDecision {
    /**
     * Nothing changes.
     *
     * @param error why
     */
    record Refused(Errors error) implements TransactionDecision {}

    /**
     * What is asked for is so already.
     *
     * @param now as it is
     */
    record Unchanged(Transaction now) implements TransactionDecision {}

    /**
     * The transaction changes.
     *
     * @param next as it will be
     * @param answer what the client is told when that is durable: NONE, or to come again
     */
    record Changed(Transaction next, Errors answer) implements TransactionDecision {}

    /**
     * The transactional id is forgotten.
     *
     * @param transactionalId which
     */
    record Forgotten(String transactionalId) implements TransactionDecision {}

    /** The same command is to be given again with a fresh producer id. */
    record ProducerIdNeeded() implements TransactionDecision {}

    static TransactionDecision refused(Errors error) {
        return new Refused(error);
    }

    static TransactionDecision changed(Transaction next) {
        return new Changed(next, Errors.NONE);
    }
}
