// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** Adds partitions to topics on a client's behalf, to each or not for reasons of its own. */
public record CreatePartitions(List<NewPartitions> topics, boolean validateOnly, MetadataConfig config, Topics served)
        implements Command<MetadataState, ApiMessageAndVersion, List<TopicResult>> {
    @Override
    public Decision<ApiMessageAndVersion, List<TopicResult>> decide(MetadataState catalog) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<TopicResult> outcomes = new ArrayList<>(topics.size());
        for (NewPartitions more : topics) {
            try {
                outcomes.add(grow(more, catalog, events));
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

    private TopicResult grow(NewPartitions more, MetadataState catalog, List<ApiMessageAndVersion> events) {
        TopicImage topic = catalog.topic(more.name());
        if (topic == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + more.name() + "' does not exist.");
        }
        if (ClusterMetadata.isReserved(more.name())) {
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
        if (added > TopicCreationPlan.MAX_PARTITIONS - events.size()) {
            throw TopicCreationPlan.tooMany();
        }
        TopicCreationPlan.checkRoom(added + events.size(), catalog, config);
        checkAssignments(more.assignments(), added);
        for (int p = now; p < more.count(); p++) {
            events.add(MetadataEvents.partition(topic.id(), p, config.nodeId()));
        }
        return new TopicResult(
                ApiError.NONE, topic.name(), topic.id(), more.count(), catalog.topicConfigs(topic.name()));
    }

    private void checkAssignments(List<List<Integer>> assignments, int added) {
        if (assignments == null) {
            return;
        }
        if (assignments.size() != added) {
            throw new InvalidReplicaAssignmentException("Attempted to add " + added
                    + " additional partition(s), but only " + assignments.size() + " assignment(s) were specified.");
        }
        assignments.forEach(replicas -> TopicCreationPlan.checkReplicas(replicas, config.nodeId()));
    }

    private TopicResult checkServed(TopicResult outcome) {
        Topic topic = outcome.error().isFailure() ? null : served.byId(outcome.id());
        if (outcome.error().isFailure() || (topic != null && topic.partitions().size() >= outcome.partitions())) {
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
