// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;

/**
 * Makes the commands that the coordinator gives itself: completes a transaction, aborts one that timed out,
 * expires an idle transactional id. Stateless.
 */
final class TransactionTimeouts {
    private TransactionTimeouts() {}

    /**
     * Completes a transaction whose markers are durable.
     *
     * @param prepared the transaction they were written for
     */
    static TransactionCommand complete(Transaction prepared, long nowMs) {
        return now -> prepared.equals(now)
                ? TransactionDecision.changed(now.completed(nowMs))
                : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
    }

    /** Aborts a transaction that was open too long, and fences its producer. */
    static TransactionCommand abortTimedOut(long nowMs) {
        return now -> now != null && now.isTimedOut(nowMs)
                ? TransactionDecision.changed(now.fenced(nowMs))
                : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
    }

    /**
     * Forgets a transactional id that was idle for too long.
     *
     * @param expirationMs {@code transactional.id.expiration.ms}
     */
    static TransactionCommand expire(long expirationMs, long nowMs) {
        return now -> now != null && now.isExpired(expirationMs, nowMs)
                ? new TransactionDecision.Forgotten(now.transactionalId())
                : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
    }
}
