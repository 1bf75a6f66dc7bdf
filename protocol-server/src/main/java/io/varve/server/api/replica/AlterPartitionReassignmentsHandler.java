// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.replica;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsRequest;
import org.apache.kafka.common.requests.ApiError;

/**
 * Reassigns partitions: to this broker alone, which changes nothing. Other assignments are refused in Kafka's
 * words.
 */
public final class AlterPartitionReassignmentsHandler implements ApiHandler {
    private final Topics topics;
    private final int nodeId;

    /**
     * @param topics finds topics and their partitions
     * @param nodeId this node, which is the one replica of each partition
     */
    public AlterPartitionReassignmentsHandler(Topics topics, int nodeId) {
        this.topics = topics;
        this.nodeId = nodeId;
    }

    @Override
    public CompletionStage<AlterPartitionReassignmentsResponseData> handle(Request request) {
        AlterPartitionReassignmentsRequestData asked = ((AlterPartitionReassignmentsRequest) request.body()).data();
        AlterPartitionReassignmentsResponseData response = new AlterPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setAllowReplicationFactorChange(asked.allowReplicationFactorChange());
        for (ReassignableTopic named : asked.topics()) {
            Topic topic = topics.byName(named.name());
            response.responses()
                    .add(new ReassignableTopicResponse()
                            .setName(named.name())
                            .setPartitions(named.partitions().stream()
                                    .map(partition -> result(partition, outcome(topic, named.name(), partition)))
                                    .toList()));
        }
        return CompletableFuture.completedFuture(response);
    }

    private static ReassignablePartitionResponse result(ReassignablePartition partition, ApiError outcome) {
        return new ReassignablePartitionResponse()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorCode(outcome.error().code())
                .setErrorMessage(outcome.message());
    }

    private ApiError outcome(Topic topic, String name, ReassignablePartition target) {
        if (topic == null) {
            return new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named " + name + ".");
        }
        if (!Topic.exists(topic, target.partitionIndex())) {
            return new ApiError(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "Unable to find partition " + name + ":" + target.partitionIndex() + ".");
        }
        return target.replicas() == null
                ? new ApiError(Errors.NO_REASSIGNMENT_IN_PROGRESS, null) // nothing to cancel
                : assignment(target.replicas());
    }

    private ApiError assignment(List<Integer> replicas) {
        if (replicas.isEmpty()) {
            return invalid("an empty replica list.");
        }
        boolean seen = false;
        for (int broker : replicas.stream().sorted().toList()) {
            if (broker != nodeId) {
                return invalid("broker " + broker + ", but no such broker is registered.");
            }
            if (seen) {
                return invalid("the broker " + broker + " more than once.");
            }
            seen = true;
        }
        return ApiError.NONE;
    }

    private static ApiError invalid(String what) {
        return new ApiError(Errors.INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes " + what);
    }
}
