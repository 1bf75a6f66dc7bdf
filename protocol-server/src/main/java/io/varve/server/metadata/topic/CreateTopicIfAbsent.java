// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.core.runtime.Ids;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.log.TopicIds;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Creates one topic unless it exists, and answers with it.
 *
 * @param topic the topic wanted
 * @param rules checks the topic
 * @param served holds the topic once its creation is durable
 * @param ids makes its id
 */
public record CreateTopicIfAbsent(NewTopic topic, TopicCreationRules rules, Topics served, Ids ids)
        implements Command<MetadataState, ApiMessageAndVersion, Topic> {
    @Override
    public Decision<ApiMessageAndVersion, Topic> decide(MetadataState state) {
        TopicCreationPlan plan = new TopicCreationPlan(state, rules);
        if (state.topic(topic.name()) == null) {
            plan.add(topic, TopicIds.next(ids), partitions -> {});
        }
        return new Decision<>(plan.events(), this::requireServed);
    }

    private Topic requireServed() {
        Topic made = served.byName(topic.name());
        if (made == null) {
            throw new KafkaStorageException(
                    "Topic '" + topic.name() + "' exists, but its partitions cannot be opened now.");
        }
        return made;
    }
}
