// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Adds partitions to a transaction. The first partition begins the transaction (AddPartitionsToTxn,
 * AddOffsetsToTxn).
 *
 * @param producer the producer that asks
 * @param partitions the partitions it will write
 * @param clientVersion the level of {@code transaction.version} it works by
 * @param nowMs the time in ms since the epoch
 */
record AddPartitionsToTransaction(
        ProducerEpoch producer, Set<TopicPartition> partitions, short clientVersion, long nowMs)
        implements TransactionCommand {
    @Override
    public TransactionDecision decide(Transaction now) {
        Errors error = check(now, producer);
        if (error != Errors.NONE) {
            return TransactionDecision.refused(error);
        }
        return now.isOpen() && now.partitions().containsAll(partitions)
                ? new TransactionDecision.Unchanged(now)
                : TransactionDecision.changed(now.withPartitions(partitions, clientVersion, nowMs));
    }

    /** @return NONE if the producer may write in its transaction now */
    static Errors check(Transaction now, ProducerEpoch producer) {
        if (now != null && now.isAhead(producer)) {
            return Errors.CONCURRENT_TRANSACTIONS;
        }
        if (now == null || now.producer().id() != producer.id()) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (now.producer().epoch() != producer.epoch()) {
            return Errors.PRODUCER_FENCED;
        }
        return now.isPrepared() ? Errors.CONCURRENT_TRANSACTIONS : Errors.NONE;
    }
}
