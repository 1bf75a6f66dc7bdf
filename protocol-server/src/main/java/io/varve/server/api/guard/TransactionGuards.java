// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.resource.ResourceType;

/** Guards the APIs of producers and transactions. Stateless. */
final class TransactionGuards {
    /** The first version of AddPartitionsToTxn that brokers send: before, clients do. */
    private static final short FIRST_OF_BROKERS = 4;

    private TransactionGuards() {}

    /** Who may write to some topic may write idempotently. */
    static CompletionStage<? extends ApiMessage> initProducerId(Asked asked, ApiHandler handler) {
        InitProducerIdRequestData data = asked.data(InitProducerIdRequestData.class);
        if (data.transactionalId() != null) {
            asked.requireTransaction(AclOperation.WRITE, data.transactionalId());
            if (data.enable2Pc()) {
                asked.requireTransaction(AclOperation.TWO_PHASE_COMMIT, data.transactionalId());
            }
        } else if (!asked.showsCluster(AclOperation.IDEMPOTENT_WRITE)
                && !asked.access().allowsWithSome(asked.caller(), AclOperation.WRITE, ResourceType.TOPIC)) {
            throw Errors.CLUSTER_AUTHORIZATION_FAILED.exception();
        }
        return asked.serve(handler);
    }

    /** All partitions are added, or none. */
    static CompletionStage<? extends ApiMessage> addPartitions(Asked asked, ApiHandler handler) {
        if (asked.request().version() >= FIRST_OF_BROKERS) {
            asked.requireCluster(AclOperation.CLUSTER_ACTION);
            return asked.serve(handler);
        }
        AddPartitionsToTxnRequestData data = asked.data(AddPartitionsToTxnRequestData.class);
        String transaction = data.v3AndBelowTransactionalId();
        asked.requireTransaction(AclOperation.WRITE, transaction);
        Map<TopicPartition, Errors> errors = new HashMap<>();
        boolean allowed = true;
        for (AddPartitionsToTxnTopic topic : data.v3AndBelowTopics()) {
            boolean may = Topic.isInternal(topic.name()) || asked.allowsTopic(AclOperation.WRITE, topic.name());
            allowed &= may;
            for (int partition : topic.partitions()) {
                errors.put(
                        new TopicPartition(topic.name(), partition),
                        may ? beside(asked, topic.name(), partition) : Errors.TOPIC_AUTHORIZATION_FAILED);
            }
        }
        return allowed
                ? asked.serve(handler)
                : CompletableFuture.completedFuture(new AddPartitionsToTxnResponseData()
                        .setResultsByTopicV3AndBelow(
                                AddPartitionsToTxnResponse.resultForTransaction(transaction, errors)
                                        .topicResults()));
    }

    /** @return the error of a partition in a request of which another partition is denied */
    private static Errors beside(Asked asked, String topic, int partition) {
        if (Topic.isInternal(topic)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        return io.varve.server.metadata.topic.Topic.exists(asked.metadata().byName(topic), partition)
                ? Errors.OPERATION_NOT_ATTEMPTED
                : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    static CompletionStage<? extends ApiMessage> addOffsets(Asked asked, ApiHandler handler) {
        AddOffsetsToTxnRequestData data = asked.data(AddOffsetsToTxnRequestData.class);
        asked.requireTransaction(AclOperation.WRITE, data.transactionalId());
        asked.requireGroup(AclOperation.READ, data.groupId());
        return asked.serve(handler);
    }

    static CompletionStage<? extends ApiMessage> end(Asked asked, ApiHandler handler) {
        asked.requireTransaction(
                AclOperation.WRITE, asked.data(EndTxnRequestData.class).transactionalId());
        return asked.serve(handler);
    }

    static CompletionStage<? extends ApiMessage> writeMarkers(Asked asked, ApiHandler handler) {
        if (!asked.showsCluster(AclOperation.ALTER)) {
            asked.requireCluster(AclOperation.CLUSTER_ACTION);
        }
        return asked.serve(handler);
    }

    static CompletionStage<? extends ApiMessage> describe(Asked asked, ApiHandler handler) {
        return Denied.take(
                        asked.data(DescribeTransactionsRequestData.class).transactionalIds(),
                        id -> asked.allows(AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, id))
                .serve(
                        asked.request(),
                        handler,
                        DescribeTransactionsResponseData.class,
                        (response, id) -> response.setTransactionStates(Lists.with(
                                response.transactionStates(),
                                new TransactionState()
                                        .setTransactionalId(id)
                                        .setErrorCode(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code()))))
                .thenApply(answer -> withoutHiddenTopics(asked, (DescribeTransactionsResponseData) answer));
    }

    private static DescribeTransactionsResponseData withoutHiddenTopics(
            Asked asked, DescribeTransactionsResponseData answer) {
        answer.transactionStates()
                .forEach(state ->
                        state.topics().removeIf(topic -> !asked.allowsTopic(AclOperation.DESCRIBE, topic.topic())));
        return answer;
    }

    static CompletionStage<? extends ApiMessage> list(Asked asked, ApiHandler handler) {
        return asked.serve(handler).thenApply(answer -> {
            ListTransactionsResponseData response = (ListTransactionsResponseData) answer;
            return response.setTransactionStates(Lists.only(
                    response.transactionStates(),
                    state -> asked.shows(
                            AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, state.transactionalId())));
        });
    }

    /** A name that no topic can have is the handler's to refuse. */
    static CompletionStage<? extends ApiMessage> describeProducers(Asked asked, ApiHandler handler) {
        return Denied.take(
                        asked.data(DescribeProducersRequestData.class).topics(),
                        topic -> !Topic.isValid(topic.name()) || asked.allowsTopic(AclOperation.READ, topic.name()))
                .serve(
                        asked.request(),
                        handler,
                        DescribeProducersResponseData.class,
                        (response, topic) -> response.setTopics(Lists.with(response.topics(), refused(topic))));
    }

    private static TopicResponse refused(TopicRequest topic) {
        List<PartitionResponse> partitions = new ArrayList<>();
        topic.partitionIndexes()
                .forEach(partition -> partitions.add(new PartitionResponse()
                        .setPartitionIndex(partition)
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message())));
        return new TopicResponse().setName(topic.name()).setPartitions(partitions);
    }
}
