// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Verifies by the transaction coordinator that partitions belong to a transaction, before a producer's first
 * batch in it is appended to them (KIP-890). Thread-safe; does not block.
 */
@FunctionalInterface
public interface TransactionVerifier {
    /** What the client leaves to the broker, and which errors it understands. */
    enum Admission {
        /**
         * The client has added the partition; it is not to be told of aborts it could go on after (before
         * KIP-1050).
         */
        VERIFY_FOR_OLD_CLIENT,
        /** The client has added the partition, and understands TRANSACTION_ABORTABLE. */
        VERIFY,
        /** The partition is to be added (transaction.version 2). */
        ADD
    }

    /**
     * How to try again while the transaction before is being completed, which spares the client a round trip.
     *
     * @param backoffMs ms between two attempts
     * @param attempts how many more there may be
     */
    record RetryPolicy(int backoffMs, int attempts) {
        /** Kafka's defaults. */
        public static final RetryPolicy DEFAULT = new RetryPolicy(20, 5);
    }

    /** @return how to try again after CONCURRENT_TRANSACTIONS */
    default RetryPolicy retryPolicy() {
        return RetryPolicy.DEFAULT;
    }

    /**
     * Verifies that partitions belong to a transaction, or adds them.
     *
     * @param transactionalId the transaction
     * @param producerId the producer, as its batches say
     * @param producerEpoch its epoch, as its batches say
     * @param partitions the partitions, at least one
     * @param admission which of the two
     * @return completes with one error for each partition, NONE when it may be written; what was added is
     *     durable. Fails only when something is broken
     */
    CompletableFuture<Map<TopicPartition, Errors>> admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            List<TopicPartition> partitions,
            Admission admission);
}
