// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Requests with names, numbers and offsets that make no sense, with the same response of Kafka. */
enum OddCall {
    CREATES_NO_NAME(ApiKeys.CREATE_TOPICS, 7, topic("", 1, 1)),
    CREATES_A_DOT(ApiKeys.CREATE_TOPICS, 7, topic(".", 1, 1)),
    CREATES_A_LONG_NAME(ApiKeys.CREATE_TOPICS, 7, topic("x".repeat(250), 1, 1)),
    CREATES_A_SLASH(ApiKeys.CREATE_TOPICS, 7, topic("a/b", 1, 1)),
    CREATES_A_NAME_THAT_COLLIDES(ApiKeys.CREATE_TOPICS, 7, topic("admin_dotted", 1, 1)),
    CREATES_NO_PARTITIONS(ApiKeys.CREATE_TOPICS, 7, topic("odd", 0, 1)),
    CREATES_LESS_THAN_NO_PARTITIONS(ApiKeys.CREATE_TOPICS, 7, topic("odd", -2, 1)),
    CREATES_NO_REPLICAS(ApiKeys.CREATE_TOPICS, 7, topic("odd", 1, 0)),
    CREATES_TWO_REPLICAS(ApiKeys.CREATE_TOPICS, 7, topic("odd", 1, 2)),
    CREATES_WHAT_IS_THERE(ApiKeys.CREATE_TOPICS, 7, topic("admin", 1, 1)),
    CREATES_THE_METADATA(ApiKeys.CREATE_TOPICS, 7, topic("__cluster_metadata", 1, 1)),
    CREATES_NOTHING(ApiKeys.CREATE_TOPICS, 7, new CreateTopicsRequestData()),
    GROWS_BY_NOTHING(ApiKeys.CREATE_PARTITIONS, 3, partitions("admin", 2)),
    SHRINKS(ApiKeys.CREATE_PARTITIONS, 3, partitions("admin", 1)),
    GROWS_TO_LESS_THAN_NOTHING(ApiKeys.CREATE_PARTITIONS, 3, partitions("admin", -1)),
    GROWS_WHAT_IS_NOT_THERE(ApiKeys.CREATE_PARTITIONS, 3, partitions("none-such", 3)),
    GROWS_NO_NAME(ApiKeys.CREATE_PARTITIONS, 3, partitions("", 3)),
    GROWS_TO_ANOTHER_BROKER(ApiKeys.CREATE_PARTITIONS, 3, partitions("admin", 3, List.of(List.of(9)))),
    GROWS_TO_NO_BROKER(ApiKeys.CREATE_PARTITIONS, 3, partitions("admin", 3, List.of(List.of()))),
    GROWS_TO_TOO_MANY(ApiKeys.CREATE_PARTITIONS, 3, partitions("admin", 3, List.of(List.of(7), List.of(7)))),
    DELETES_A_NAME_WITH_AN_ID(
            ApiKeys.DELETE_TOPICS,
            6,
            new DeleteTopicsRequestData()
                    .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState()
                            .setName("admin")
                            .setTopicId(Uuid.ONE_UUID)))),
    DELETES_NO_NAME(
            ApiKeys.DELETE_TOPICS,
            1,
            new DeleteTopicsRequestData().setTimeoutMs(10_000).setTopicNames(List.of(""))),
    ASKS_FOR_NO_NAME(ApiKeys.METADATA, 9, topic("")),
    ASKS_FOR_A_LONG_NAME(ApiKeys.METADATA, 9, topic("x".repeat(300))),
    ASKS_FOR_A_SLASH(ApiKeys.METADATA, 9, topic("a/b")),
    OFFSETS_OF_NO_TOPIC(ApiKeys.LIST_OFFSETS, 7, offsets("none-such", 0, -1, -1)),
    OFFSETS_OF_NO_PARTITION(ApiKeys.LIST_OFFSETS, 7, offsets("admin", 77, -1, -1)),
    OFFSETS_OF_LESS_THAN_NO_PARTITION(ApiKeys.LIST_OFFSETS, 7, offsets("admin", -1, -1, -1)),
    OFFSETS_AT_A_TIME_THAT_IS_NONE(ApiKeys.LIST_OFFSETS, 11, offsets("admin", 0, -7, -1)),
    OFFSETS_AT_THE_FIRST_TIME(ApiKeys.LIST_OFFSETS, 11, offsets("admin", 0, Long.MIN_VALUE, -1)),
    OFFSETS_IN_AN_EPOCH_TO_COME(ApiKeys.LIST_OFFSETS, 7, offsets("admin", 0, -1, 99)),
    OFFSETS_IN_AN_EPOCH_THAT_IS_NONE(ApiKeys.LIST_OFFSETS, 7, offsets("admin", 0, -1, -2)),
    ENDS_OF_AN_EPOCH_TO_COME(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, epochs("admin", 0, -1, 99)),
    ENDS_IN_AN_EPOCH_TO_COME(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, epochs("admin", 0, 99, 0)),
    ENDS_IN_AN_EPOCH_THAT_IS_NONE(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, epochs("admin", 0, -2, 0)),
    ENDS_OF_NO_PARTITION(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, epochs("admin", 77, -1, 0)),
    DELETES_RECORDS_TO_COME(ApiKeys.DELETE_RECORDS, 2, records("admin", 0, 5)),
    DELETES_LESS_THAN_NO_RECORDS(ApiKeys.DELETE_RECORDS, 2, records("admin", 0, -2)),
    DELETES_RECORDS_OF_NO_TOPIC(ApiKeys.DELETE_RECORDS, 2, records("none-such", 0, 0)),
    DELETES_RECORDS_OF_NO_PARTITION(ApiKeys.DELETE_RECORDS, 2, records("admin", 77, 0)),
    DESCRIBES_PRODUCERS_OF_NO_TOPIC(ApiKeys.DESCRIBE_PRODUCERS, 0, producers("none-such", 0)),
    DESCRIBES_PRODUCERS_OF_NO_PARTITION(ApiKeys.DESCRIBE_PRODUCERS, 0, producers("admin", 77)),
    LISTS_TRANSACTIONS_BY_NO_PATTERN(
            ApiKeys.LIST_TRANSACTIONS, 2, new ListTransactionsRequestData().setTransactionalIdPattern("[")),
    DESCRIBES_A_TRANSACTION_OF_NO_NAME(
            ApiKeys.DESCRIBE_TRANSACTIONS, 0, new DescribeTransactionsRequestData().setTransactionalIds(List.of(""))),
    ADDS_TO_A_TRANSACTION_OF_NO_NAME(
            ApiKeys.ADD_PARTITIONS_TO_TXN, 3, new AddPartitionsToTxnRequestData().setV3AndBelowTransactionalId("")),
    FINDS_AN_UNKNOWN_COORDINATOR(
            ApiKeys.FIND_COORDINATOR,
            2,
            new FindCoordinatorRequestData().setKey("a").setKeyType((byte) 7));

    private final ApiKeys api;
    private final short version;
    private final ApiMessage request;

    OddCall(ApiKeys api, int version, ApiMessage request) {
        this.api = api;
        this.version = (short) version;
        this.request = request;
    }

    String outcome(Broker broker) throws IOException {
        return WireCall.outcome(broker, api, version, request);
    }

    private static CreateTopicsRequestData topic(String name, int partitions, int replicas) {
        CreateTopicsRequestData asked =
                new CreateTopicsRequestData().setTimeoutMs(10_000).setValidateOnly(true);
        asked.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) replicas));
        return asked;
    }

    private static CreatePartitionsRequestData partitions(String topic, int count) {
        return partitions(topic, count, null);
    }

    /** @param replicas the brokers of each new partition, or null to leave them to the server */
    private static CreatePartitionsRequestData partitions(String topic, int count, List<List<Integer>> replicas) {
        CreatePartitionsRequestData asked =
                new CreatePartitionsRequestData().setTimeoutMs(10_000).setValidateOnly(true);
        asked.topics()
                .add(new CreatePartitionsRequestData.CreatePartitionsTopic()
                        .setName(topic)
                        .setCount(count)
                        .setAssignments(
                                replicas == null
                                        ? null
                                        : replicas.stream()
                                                .map(ids -> new CreatePartitionsAssignment().setBrokerIds(ids))
                                                .toList()));
        return asked;
    }

    private static MetadataRequestData topic(String name) {
        return new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(name)));
    }

    private static ListOffsetsRequestData offsets(String topic, int partition, long time, int epoch) {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setTimestamp(time)
                                .setCurrentLeaderEpoch(epoch)))));
    }

    private static OffsetForLeaderEpochRequestData epochs(String topic, int partition, int current, int epoch) {
        OffsetForLeaderEpochRequestData asked = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        asked.topics()
                .add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setCurrentLeaderEpoch(current)
                                .setLeaderEpoch(epoch))));
        return asked;
    }

    private static DeleteRecordsRequestData records(String topic, int partition, long offset) {
        return new DeleteRecordsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(List.of(new DeleteRecordsRequestData.DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(partition)
                                .setOffset(offset)))));
    }

    private static DescribeProducersRequestData producers(String topic, int partition) {
        return new DescribeProducersRequestData()
                .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                        .setName(topic)
                        .setPartitionIndexes(List.of(partition))));
    }
}
