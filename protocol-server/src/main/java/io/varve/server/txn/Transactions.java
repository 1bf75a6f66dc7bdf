// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.metadata.topic.Topic;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Coordinates the transactions of this broker, by transactional id. Thread-safe; no method blocks. Futures
 * complete on any thread, once the decision is durable. They fail for bugs only: any other failure is an
 * error in the value.
 *
 * <p>Transactions are events in {@code __transaction_state}, which the first {@link #find} creates. Until
 * then every other call answers NOT_COORDINATOR, which makes clients ask where the coordinator is. While the
 * topic is read after a start, calls answer COORDINATOR_LOAD_IN_PROGRESS.
 */
public interface Transactions extends TransactionVerifier, AutoCloseable {
    /**
     * Level of {@code transaction.version} of clients that add partitions themselves and keep their epoch.
     */
    short PLAIN = 0;
    /**
     * The level from which the broker adds partitions, and raises the epoch with every transaction (KIP-890).
     */
    short BUMPING = 2;

    /**
     * Makes sure that a transactional id can be served here.
     *
     * @param transactionalId any string
     * @return completes when this broker coordinates the id, loaded or still loading; fails when it cannot
     */
    CompletableFuture<Void> find(String transactionalId);

    /** @return {@code __transaction_state}, created if it does not exist; fails when it cannot be */
    CompletableFuture<Topic> topic();

    /**
     * Gives a producer its id and epoch, and fences its predecessors.
     *
     * @param transactionalId not empty
     * @param timeoutMs how long its transactions may be open, in ms
     * @param expected the id and epoch the producer had before (KIP-360), or {@link ProducerEpoch#NONE}
     * @return id and epoch; CONCURRENT_TRANSACTIONS while a transaction of a predecessor is being ended
     */
    CompletableFuture<ProducerEpochResult> initProducer(String transactionalId, int timeoutMs, ProducerEpoch expected);

    /**
     * Adds partitions to a transaction, beginning it with the first.
     *
     * @param partitions partitions that exist; data partitions and those of {@code __consumer_offsets}
     * @param clientVersion level of {@code transaction.version} the client works by
     * @return NONE, or why none was added
     */
    CompletableFuture<Errors> addPartitions(
            String transactionalId, ProducerEpoch producer, Set<TopicPartition> partitions, short clientVersion);

    /**
     * @return for each partition NONE when it is part of the producer's open transaction,
     *     TRANSACTION_ABORTABLE when it is not, or what is wrong with all of them
     */
    CompletableFuture<Map<TopicPartition, Errors>> verify(
            String transactionalId, ProducerEpoch producer, Set<TopicPartition> partitions);

    /**
     * Commits or aborts a transaction. Its markers are written in the background.
     *
     * @param commit true to commit
     * @param clientVersion level of {@code transaction.version} the client works by; from 2 on its epoch is
     *     raised
     * @return the id and epoch the producer goes on with
     */
    CompletableFuture<ProducerEpochResult> end(
            String transactionalId, ProducerEpoch producer, boolean commit, short clientVersion);

    /** @return the description of a transaction in DescribeTransactions, or an error */
    CompletableFuture<TransactionState> describe(String transactionalId);

    /** @return the answer of ListTransactions; empty when there never was a transaction */
    CompletableFuture<ListTransactionsResponseData> list(ListTransactionsRequestData request);

    /**
     * @return the number of transactions whose end is decided and whose markers are not all written, when the
     *     coordinator has processed what it was given before
     */
    CompletableFuture<Integer> ending();

    /**
     * Stops coordinating. Answered changes are in the log; the next start resumes decided transactions.
     * Idempotent.
     */
    @Override
    void close();
}
