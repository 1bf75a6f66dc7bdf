// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

/**
 * Says how a transaction ended, in the words of its coordinator to a partition (KIP-98, KIP-890).
 *
 * @param producerId whose transaction
 * @param producerEpoch the producer's epoch from now on, 0 or more
 * @param coordinatorEpoch epoch of the coordinator that decided; a lower one than the last heard of is fenced
 * @param commit true if the transaction is committed, false if it is aborted
 * @param epochBumped true if the coordinator raised the producer's epoch to end the transaction
 *     (transaction.version 2): a marker that does not exceed the epoch known here is a late one
 */
public record TransactionMarker(
        long producerId, short producerEpoch, int coordinatorEpoch, boolean commit, boolean epochBumped) {}
