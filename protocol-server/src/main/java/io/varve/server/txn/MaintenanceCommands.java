// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.protocol.Errors;

/** What the coordinator does by itself, as nobody asks for it. */
final class MaintenanceCommands {
    private MaintenanceCommands() {}

    /**
     * The markers are durable.
     *
     * @param prepared the transaction they were written for
     */
    static TransactionCommand complete(Transaction prepared, long nowMs) {
        return now -> prepared.equals(now)
                ? TransactionDecision.changed(now.completed(nowMs))
                : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
    }

    /** Ends a transaction that has been open for too long, and fences whose it is. */
    static TransactionCommand abortTimedOut(long nowMs) {
        return now -> now != null && now.isTimedOut(nowMs)
                ? TransactionDecision.changed(now.fenced(nowMs))
                : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
    }

    /**
     * Forgets a transactional id nobody has used for long.
     *
     * @param expirationMs {@code transactional.id.expiration.ms}
     */
    static TransactionCommand expire(long expirationMs, long nowMs) {
        return now -> now != null && now.isExpired(expirationMs, nowMs)
                ? new TransactionDecision.Forgotten(now.transactionalId())
                : TransactionDecision.refused(Errors.INVALID_TXN_STATE);
    }
}
