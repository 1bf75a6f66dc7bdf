// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

/**
 * Holds the end of a transaction, as its coordinator sends it to each of its partitions (KIP-98, KIP-890).
 *
 * @param producerId the transaction's producer
 * @param producerEpoch the producer's epoch from now on, 0 or more
 * @param coordinatorEpoch epoch of the coordinator that ended the transaction; an epoch below that of the
 *     last marker is fenced
 * @param commit true if the transaction is committed, false if it is aborted
 * @param epochBumped true if the coordinator raised the producer's epoch to end the transaction
 *     (transaction.version 2): then a marker whose epoch does not exceed the producer's known epoch is late
 */
public record TransactionMarker(
        long producerId, short producerEpoch, int coordinatorEpoch, boolean commit, boolean epochBumped) {}
