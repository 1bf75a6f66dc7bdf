// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Adds partitions to topics on a client's behalf. Each topic grows or is refused by itself.
 *
 * @param topics the topics and their new numbers of partitions
 * @param validateOnly true to decide and change nothing
 * @param quota gets the number of new partitions of each topic, and refuses it by an exception of Kafka
 * @param rules checks the new partitions
 * @param served holds the topics with their new partitions once those are durable
 */
public record CreatePartitions(
        List<NewPartitions> topics, boolean validateOnly, IntConsumer quota, TopicCreationRules rules, Topics served)
        implements Command<MetadataState, ApiMessageAndVersion, List<TopicResult>> {
    @Override
    public Decision<ApiMessageAndVersion, List<TopicResult>> decide(MetadataState state) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<TopicResult> outcomes = new ArrayList<>(topics.size());
        for (NewPartitions more : topics) {
            try {
                outcomes.add(grow(more, state, events));
            } catch (ApiException e) {
                outcomes.add(TopicResult.refused(more.name(), Uuid.ZERO_UUID, ApiError.fromThrowable(e)));
            }
        }
        if (validateOnly) {
            return Decision.nothing(outcomes);
        }
        return new Decision<>(
                events, () -> outcomes.stream().map(this::checkServed).toList());
    }

    private TopicResult grow(NewPartitions more, MetadataState state, List<ApiMessageAndVersion> events) {
        TopicImage topic = state.topic(more.name());
        if (topic == null) {
            throw new UnknownTopicOrPartitionException();
        }
        if (ReservedTopics.contains(more.name())) {
            return TopicResult.refused(more.name(), topic.id(), DeleteTopics.reserved(more.name()));
        }
        int now = topic.partitions().size();
        if (more.count() == now) {
            throw new InvalidPartitionsException("Topic already has " + now + " partition(s).");
        }
        if (more.count() < now) {
            throw new InvalidPartitionsException("The topic " + more.name() + " currently has " + now
                    + " partition(s); " + more.count() + " would not be an increase.");
        }
        int added = more.count() - now;
        rules.checkRequestSize(added, events.size());
        rules.checkTotal(added + events.size(), state);
        checkAssignments(more.assignments(), added);
        quota.accept(added);
        for (int p = now; p < more.count(); p++) {
            events.add(MetadataEvents.partition(topic.id(), p, rules.nodeId()));
        }
        return new TopicResult(ApiError.NONE, topic.name(), topic.id(), more.count(), state.topicConfigs(topic.name()));
    }

    private void checkAssignments(List<List<Integer>> assignments, int added) {
        if (assignments == null) {
            return;
        }
        if (assignments.size() != added) {
            throw new InvalidReplicaAssignmentException("Attempted to add " + added
                    + " additional partition(s), but only " + assignments.size() + " assignment(s) were specified.");
        }
        assignments.forEach(replicas -> rules.checkReplicas(replicas));
    }

    private TopicResult checkServed(TopicResult outcome) {
        Topic topic = outcome.error().isFailure() ? null : served.byId(outcome.id());
        if (outcome.error().isFailure() || (topic != null && topic.count() >= outcome.partitions())) {
            return outcome;
        }
        return TopicResult.refused(
                outcome.name(),
                outcome.id(),
                new ApiError(
                        Errors.KAFKA_STORAGE_ERROR,
                        "Topic '" + outcome.name() + "' has its new partitions, but they cannot be opened now."));
    }
}
