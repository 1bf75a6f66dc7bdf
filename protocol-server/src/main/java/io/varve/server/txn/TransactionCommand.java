// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

/**
 * Decides the next state of one transactional id, as a command of the event-sourced coordinator. Pure: equal
 * states give equal decisions.
 */
@FunctionalInterface
interface TransactionCommand {
    /**
     * @param now the transaction as it is, or null when there is none of that id
     * @return the change, or why there is none
     */
    TransactionDecision decide(Transaction now);
}
