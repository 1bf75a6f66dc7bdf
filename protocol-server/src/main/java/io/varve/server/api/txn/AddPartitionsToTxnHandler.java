// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.FutureLists;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.txn.ProducerEpoch;
import io.varve.server.txn.Transactions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;

/**
 * Adds partitions to a transaction. From version 4 on a request names several transactions, and may only
 * verify that their partitions were added (KIP-890). If one partition cannot be added, none of its
 * transaction is.
 */
public final class AddPartitionsToTxnHandler implements ApiHandler {
    private static final short FIRST_WITH_FENCED = 2;
    private static final short FIRST_BATCHED = 4;

    /** Limits the work on the loop: hash codes of partitions may collide, and many of them take long then. */
    private static final int MAX_PARTITIONS_ON_LOOP = 1_000;

    private static final String OFFSETS = org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;

    private final Transactions transactions;
    private final Topics topics;

    /**
     * @param transactions the transaction coordinator
     * @param topics finds topics and their logs
     */
    public AddPartitionsToTxnHandler(Transactions transactions, Topics topics) {
        this.transactions = transactions;
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        AddPartitionsToTxnRequest body = (AddPartitionsToTxnRequest) request.body();
        boolean batched = request.version() >= FIRST_BATCHED;
        if (!request.background() && isLarge(body)) {
            throw new HeavyRequestException("it names more than " + MAX_PARTITIONS_ON_LOOP + " partitions");
        }
        AddPartitionsToTxnRequest several = batched ? body : body.normalizeRequest();
        List<CompletableFuture<AddPartitionsToTxnResult>> results = new ArrayList<>();
        Map<String, List<TopicPartition>> partitions = several.partitionsByTransaction();
        for (AddPartitionsToTxnTransaction transaction : several.data().transactions()) {
            if (transaction.transactionalId() == null) {
                throw new InvalidRequestException("a transactional id must not be null");
            }
            results.add(addOrVerify(
                            transaction,
                            new HashSet<>(partitions.get(transaction.transactionalId())),
                            request.version())
                    .thenApply(errors ->
                            AddPartitionsToTxnResponse.resultForTransaction(transaction.transactionalId(), errors)));
        }
        return FutureLists.all(results).thenApply(all -> response(all, batched));
    }

    private static boolean isLarge(AddPartitionsToTxnRequest body) {
        long partitions = partitions(body.data().v3AndBelowTopics());
        for (AddPartitionsToTxnTransaction transaction : body.data().transactions()) {
            partitions += 1 + partitions(transaction.topics());
        }
        return partitions > MAX_PARTITIONS_ON_LOOP;
    }

    private static long partitions(AddPartitionsToTxnTopicCollection topics) {
        long partitions = 0;
        for (AddPartitionsToTxnTopic topic : topics) {
            partitions += topic.partitions().size();
        }
        return partitions;
    }

    private CompletableFuture<Map<TopicPartition, Errors>> addOrVerify(
            AddPartitionsToTxnTransaction asked, Set<TopicPartition> partitions, short version) {
        Map<TopicPartition, Errors> refused = refused(partitions, version);
        if (!refused.isEmpty()) {
            partitions.forEach(partition -> refused.putIfAbsent(partition, Errors.OPERATION_NOT_ATTEMPTED));
            return CompletableFuture.completedFuture(refused);
        }
        ProducerEpoch producer = new ProducerEpoch(asked.producerId(), asked.producerEpoch());
        if (asked.verifyOnly()) {
            return transactions.verify(asked.transactionalId(), producer, partitions);
        }
        return transactions
                .addPartitions(asked.transactionalId(), producer, partitions, clientVersion(version))
                .thenApply(error -> {
                    Errors known = FencingErrors.forVersion(error, version, FIRST_WITH_FENCED);
                    Map<TopicPartition, Errors> errors = new HashMap<>();
                    partitions.forEach(partition -> errors.put(partition, known));
                    return errors;
                });
    }

    /** Clients of {@code transaction.version} 2 send version 5 or higher. */
    private static short clientVersion(short version) {
        return version > FIRST_BATCHED ? Transactions.BUMPING : Transactions.PLAIN;
    }

    /**
     * Clients must not write to internal topics. Only brokers add {@code __consumer_offsets}, in which the
     * group coordinator stores the offsets of clients.
     */
    private Map<TopicPartition, Errors> refused(Set<TopicPartition> partitions, short version) {
        Map<TopicPartition, Errors> refused = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Topic topic = topics.byName(partition.topic());
            boolean offsets = version >= FIRST_BATCHED && partition.topic().equals(OFFSETS);
            if (org.apache.kafka.common.internals.Topic.isInternal(partition.topic()) && !offsets) {
                refused.put(partition, Errors.TOPIC_AUTHORIZATION_FAILED);
            } else if (!Topic.exists(topic, partition.partition())) {
                refused.put(partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        return refused;
    }

    private static AddPartitionsToTxnResponseData response(List<AddPartitionsToTxnResult> results, boolean batched) {
        AddPartitionsToTxnResponseData response = new AddPartitionsToTxnResponseData();
        if (batched) {
            results.forEach(result -> response.resultsByTransaction().add(result));
        } else {
            response.setResultsByTopicV3AndBelow(results.get(0).topicResults());
        }
        return response;
    }
}
