// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Verifies with the transaction coordinator that partitions belong to a transaction, before the first batch
 * of the transaction is appended to them (KIP-890). Thread-safe; does not block.
 */
@FunctionalInterface
public interface TransactionVerifier {
    /** Whether the partitions are verified or added, and which errors the client understands. */
    enum Admission {
        /**
         * The client has added the partition, and does not understand TRANSACTION_ABORTABLE (before
         * KIP-1050).
         */
        VERIFY_FOR_OLD_CLIENT,
        /** The client has added the partition, and understands TRANSACTION_ABORTABLE. */
        VERIFY,
        /** The broker adds the partition (transaction.version 2). */
        ADD
    }

    /**
     * Delay and number of retries while the previous transaction completes. A retry in the broker saves the
     * client a round trip.
     *
     * @param backoffMs ms between two attempts
     * @param attempts max number of retries
     */
    record RetryPolicy(int backoffMs, int attempts) {
        /** Kafka's defaults. */
        public static final RetryPolicy DEFAULT = new RetryPolicy(20, 5);
    }

    /** @return the retries after CONCURRENT_TRANSACTIONS */
    default RetryPolicy retryPolicy() {
        return RetryPolicy.DEFAULT;
    }

    /**
     * Verifies that partitions belong to a transaction, or adds them.
     *
     * @param transactionalId the transaction
     * @param producerId the producer id in the batches
     * @param producerEpoch the producer epoch in the batches
     * @param partitions the partitions, at least one
     * @param admission whether to verify or to add
     * @return completes with one error for each partition, NONE if it may be written; added partitions are
     *     durable. Fails only on an internal error
     */
    CompletableFuture<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            List<TopicPartition> partitions,
            Admission admission);
}
