// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.server.metadata.config.RestoreSource;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Checks the topics of one request by Kafka's rules, and collects the events that create them. Made for one
 * decision on one state; not thread-safe.
 */
final class TopicCreationPlan {
    private final MetadataState state;
    private final TopicCreationRules rules;
    private final List<ApiMessageAndVersion> events = new ArrayList<>();
    private final Set<String> planned = new HashSet<>();
    /** Valid settings: many topics of a request have the same, and most of its time is to check them. */
    private final Set<Map<String, String>> valid = new HashSet<>();

    private Map<String, String> byUnifiedName;
    private int partitions;

    TopicCreationPlan(MetadataState state, TopicCreationRules rules) {
        this.state = state;
        this.rules = rules;
    }

    List<ApiMessageAndVersion> events() {
        return events;
    }

    /**
     * Adds a topic.
     *
     * @param topic what is wanted
     * @param id the id it is to have
     * @param quota gets the number of partitions when all else is checked, and may refuse it
     * @return how many partitions it gets
     * @throws org.apache.kafka.common.errors.ApiException if it cannot be created; nothing is added then
     */
    int add(NewTopic topic, Uuid id, IntConsumer quota) {
        String name = topic.name();
        checkName(name);
        int count = partitionCount(topic);
        rules.checkRequestSize(count, partitions);
        if (!ReservedTopics.contains(name)) {
            rules.checkTotal(count + partitions, state);
        }
        Map<String, String> configs = RestoreSource.resolve(topic.configs(), this::existing);
        if (!valid.contains(configs)) {
            rules.topicConfigs().validateNew(configs);
            valid.add(configs);
        }
        quota.accept(count);
        partitions += count;
        planned.add(name);
        events.add(MetadataEvents.topic(name, id));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        configs.forEach((key, value) -> events.add(MetadataEvents.config(resource, key, value)));
        for (int p = 0; p < count; p++) {
            events.add(MetadataEvents.partition(id, p, rules.nodeId()));
        }
        return count;
    }

    private Optional<RestoreSource.Existing> existing(String name) {
        return Optional.ofNullable(state.topic(name))
                .map(topic -> new RestoreSource.Existing(
                        topic.id(), topic.partitions().size()));
    }

    /** As in Kafka, a name may collide with another of the same request, not with an existing one. */
    private void checkName(String name) {
        Topic.validate(name);
        if (state.topic(name) != null || planned.contains(name)) {
            throw new TopicExistsException("Topic '" + name + "' already exists.");
        }
        if (Topic.hasCollisionChars(name)) {
            String other = unifiedNames().get(Topic.unifyCollisionChars(name));
            if (other != null) {
                throw new InvalidTopicException("Topic '" + name + "' collides with existing topic: " + other);
            }
        }
    }

    private Map<String, String> unifiedNames() {
        if (byUnifiedName == null) {
            byUnifiedName = new HashMap<>();
            for (String name : state.image().topics().topicsByName().keySet()) {
                if (Topic.hasCollisionChars(name)) {
                    byUnifiedName.put(Topic.unifyCollisionChars(name), name);
                }
            }
        }
        return byUnifiedName;
    }

    private int partitionCount(NewTopic topic) {
        if (!topic.assignments().isEmpty()) {
            return checkAssignments(topic);
        }
        int factor = topic.replicationFactor();
        if (factor < NewTopic.BROKER_DEFAULT || factor == 0) {
            throw new InvalidReplicationFactorException(
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        checkReplicationFactor(
                factor == NewTopic.BROKER_DEFAULT ? rules.config().defaultReplicationFactor() : factor);
        int count = topic.partitions();
        if (count < NewTopic.BROKER_DEFAULT || count == 0) {
            throw new InvalidPartitionsException("Number of partitions was set to an invalid non-positive value.");
        }
        return count == NewTopic.BROKER_DEFAULT ? rules.config().numPartitions() : count;
    }

    private static void checkReplicationFactor(int factor) {
        if (factor != 1) {
            throw new InvalidReplicationFactorException("Unable to replicate the partition " + factor
                    + " time(s): The target replication factor of " + factor
                    + " cannot be reached because only 1 broker(s) are registered or some brokers have all their"
                    + " log directories cordoned.");
        }
    }

    private int checkAssignments(NewTopic topic) {
        if (topic.replicationFactor() != NewTopic.BROKER_DEFAULT) {
            throw new InvalidRequestException(
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.partitions() != NewTopic.BROKER_DEFAULT) {
            throw new InvalidRequestException(
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        int count = topic.assignments().size();
        for (int p = 0; p < count; p++) {
            if (!topic.assignments().containsKey(p)) {
                throw new InvalidReplicaAssignmentException(
                        "partitions should be a consecutive 0-based integer sequence");
            }
            rules.checkReplicas(topic.assignments().get(p));
        }
        return count;
    }
}
