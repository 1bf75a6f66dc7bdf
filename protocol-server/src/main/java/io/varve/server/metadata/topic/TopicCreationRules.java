// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.log.MetadataState;
import java.util.List;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.image.TopicImage;

/**
 * Rules that new topics and partitions must follow.
 *
 * @param nodeId {@code node.id}: the only broker there is
 * @param config the broker's settings about topics
 * @param topicConfigs checks a topic's own settings
 */
public record TopicCreationRules(int nodeId, TopicsConfig config, TopicConfigs topicConfigs) {
    /** Max number of partitions that one request creates, as in Kafka: more would make one huge batch. */
    private static final int MAX_PARTITIONS_PER_REQUEST = 10_000;

    /**
     * @param added number of partitions to create
     * @param planned number of partitions that the same request creates already
     * @throws PolicyViolationException one request would create too many
     */
    void checkRequestSize(int added, int planned) {
        if (added > MAX_PARTITIONS_PER_REQUEST - planned) {
            throw new PolicyViolationException("Excessively large number of partitions per request: at most "
                    + MAX_PARTITIONS_PER_REQUEST + " are made at once.");
        }
    }

    /**
     * @param added number of partitions to create, including those that the same request creates already
     * @param state what exists
     * @throws PolicyViolationException the topics of clients would have more than {@code max.partitions}
     *     together
     */
    void checkTotal(int added, MetadataState state) {
        int limit = config.limits().partitions();
        if (added > limit - clientPartitions(state)) {
            throw new PolicyViolationException("There would be more than max.partitions=" + limit + " partitions.");
        }
    }

    private static int clientPartitions(MetadataState state) {
        int partitions = 0;
        for (TopicImage topic : state.image().topics().topicsById().values()) {
            if (!ReservedTopics.contains(topic.name())) {
                partitions += topic.partitions().size();
            }
        }
        return partitions;
    }

    /** @throws InvalidReplicaAssignmentException the replicas of a partition are not exactly this node */
    void checkReplicas(List<Integer> replicas) {
        if (replicas.isEmpty()) {
            throw new InvalidReplicaAssignmentException(
                    "The manual partition assignment includes an empty replica list.");
        }
        for (int replica : replicas) {
            if (replica != nodeId) {
                throw new InvalidReplicaAssignmentException("The manual partition assignment includes broker " + replica
                        + ", but no such broker is registered.");
            }
        }
        if (replicas.size() > 1) {
            throw new InvalidReplicaAssignmentException(
                    "The manual partition assignment includes the broker " + nodeId + " more than once.");
        }
    }
}
