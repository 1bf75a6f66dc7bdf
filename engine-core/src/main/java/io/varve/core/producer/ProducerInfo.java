// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

/**
 * Holds the state of one producer in a partition, as DescribeProducers returns it (KIP-664).
 *
 * @param producerId the producer
 * @param producerEpoch its epoch
 * @param lastSequence sequence of its last record, or -1 when only a marker is known
 * @param lastTimestamp largest timestamp of its last batch, or its last marker's, ms since the epoch
 * @param coordinatorEpoch epoch of the coordinator that wrote its last marker, or -1
 * @param currentTransactionFirstOffset first offset of its open transaction, or -1
 * @param lastDataOffset offset of its last record, or -1 when only a marker is known
 */
public record ProducerInfo(
        long producerId,
        short producerEpoch,
        int lastSequence,
        long lastTimestamp,
        int coordinatorEpoch,
        long currentTransactionFirstOffset,
        long lastDataOffset) {}
