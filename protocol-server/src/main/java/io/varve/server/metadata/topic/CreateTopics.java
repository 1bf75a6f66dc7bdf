// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.runtime.Ids;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.log.TopicIds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Creates topics on a client's behalf. Each is created or refused by itself.
 *
 * @param topics the topics wanted
 * @param validateOnly true to decide and change nothing
 * @param quota gets the number of partitions of each topic, and refuses it by an exception of Kafka
 * @param rules checks the topics
 * @param served holds the topics once their creation is durable
 * @param ids makes their ids
 */
public record CreateTopics(
        List<NewTopic> topics,
        boolean validateOnly,
        IntConsumer quota,
        TopicCreationRules rules,
        Topics served,
        Ids ids)
        implements Command<MetadataState, ApiMessageAndVersion, List<TopicResult>> {
    @Override
    public Decision<ApiMessageAndVersion, List<TopicResult>> decide(MetadataState state) {
        TopicCreationPlan plan = new TopicCreationPlan(state, rules);
        List<TopicResult> outcomes = new ArrayList<>(topics.size());
        for (NewTopic topic : topics) {
            Uuid id = TopicIds.next(ids);
            try {
                int partitions = plan.add(topic, id, quota);
                outcomes.add(new TopicResult(ApiError.NONE, topic.name(), id, partitions, topic.configs()));
            } catch (ApiException e) {
                outcomes.add(TopicResult.refused(topic.name(), Uuid.ZERO_UUID, ApiError.fromThrowable(e)));
            }
        }
        if (validateOnly) {
            return Decision.nothing(outcomes);
        }
        return new Decision<>(
                plan.events(), () -> outcomes.stream().map(this::checkServed).toList());
    }

    private TopicResult checkServed(TopicResult outcome) {
        if (outcome.error().isFailure() || served.byId(outcome.id()) != null) {
            return outcome;
        }
        return TopicResult.refused(
                outcome.name(),
                outcome.id(),
                new ApiError(
                        Errors.KAFKA_STORAGE_ERROR,
                        "Topic '" + outcome.name() + "' is created, but its partitions cannot be opened now."));
    }
}
