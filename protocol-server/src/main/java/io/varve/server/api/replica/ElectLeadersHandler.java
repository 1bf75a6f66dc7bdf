// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.replica;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.ElectLeadersRequest;

/**
 * Elects leaders: there is nothing to do for partitions that are open, as this broker leads them. Those that
 * a start has not opened yet have no leader, and it cannot be hurried.
 */
public final class ElectLeadersHandler implements ApiHandler {
    private final Topics topics;

    /** @param topics finds topics and their partitions */
    public ElectLeadersHandler(Topics topics) {
        this.topics = topics;
    }

    @Override
    public CompletionStage<ElectLeadersResponseData> handle(Request request) {
        ElectLeadersRequestData asked = ((ElectLeadersRequest) request.body()).data();
        ElectionType type = type(asked.electionType());
        List<ReplicaElectionResult> results = asked.topicPartitions() == null
                ? topics.all().stream().map(topic -> ofAll(topic, type)).toList()
                : asked.topicPartitions().stream()
                        .map(each -> ofNamed(each, type))
                        .toList();
        return CompletableFuture.completedFuture(new ElectLeadersResponseData().setReplicaElectionResults(results));
    }

    private static ElectionType type(byte id) {
        try {
            return ElectionType.valueOf(id);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("Unknown election type " + id);
        }
    }

    /** Leaves out the partitions that have their leader, as Kafka does when a client names none. */
    private static ReplicaElectionResult ofAll(Topic topic, ElectionType type) {
        return new ReplicaElectionResult()
                .setTopic(topic.name())
                .setPartitionResult(IntStream.range(0, topic.count())
                        .filter(partition -> topic.partition(partition) == null)
                        .mapToObj(partition -> result(partition, outcome(topic, topic.name(), partition, type)))
                        .toList());
    }

    private ReplicaElectionResult ofNamed(TopicPartitions named, ElectionType type) {
        Topic topic = topics.byName(named.topic());
        return new ReplicaElectionResult()
                .setTopic(named.topic())
                .setPartitionResult(named.partitions().stream()
                        .map(partition -> result(partition, outcome(topic, named.topic(), partition, type)))
                        .toList());
    }

    private static ApiError outcome(Topic topic, String name, int partition, ElectionType type) {
        if (topic == null) {
            return new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + name);
        }
        if (!Topic.exists(topic, partition)) {
            return new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such partition as " + name + "-" + partition);
        }
        if (topic.partition(partition) != null) {
            return new ApiError(Errors.ELECTION_NOT_NEEDED);
        }
        return new ApiError(
                type == ElectionType.PREFERRED
                        ? Errors.PREFERRED_LEADER_NOT_AVAILABLE
                        : Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    private static PartitionResult result(int partition, ApiError outcome) {
        return new PartitionResult()
                .setPartitionId(partition)
                .setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.message());
    }
}
