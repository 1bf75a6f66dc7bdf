// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** Changes topics' settings on a client's behalf, each topic's or not for reasons of its own. */
record AlterTopicConfigs(List<ConfigChange> changes, boolean validateOnly, TopicConfigs definitions)
        implements Command<Catalog, ApiMessageAndVersion, List<TopicOutcome>> {
    @Override
    public Decision<ApiMessageAndVersion, List<TopicOutcome>> decide(Catalog catalog) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<TopicOutcome> outcomes = new ArrayList<>(changes.size());
        for (ConfigChange change : changes) {
            try {
                outcomes.add(alter(change, catalog, events));
            } catch (ApiException e) {
                outcomes.add(TopicOutcome.refused(change.topic(), Uuid.ZERO_UUID, ApiError.fromThrowable(e)));
            }
        }
        return validateOnly ? Decision.nothing(outcomes) : new Decision<>(events, () -> outcomes);
    }

    private TopicOutcome alter(ConfigChange change, Catalog catalog, List<ApiMessageAndVersion> events) {
        TopicImage topic = catalog.topic(change.topic());
        if (topic == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + change.topic() + "' does not exist.");
        }
        Map<String, String> before = catalog.topicConfigs(change.topic());
        Map<String, String> after = change.change().apply(before);
        definitions.validate(before, after);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, change.topic());
        after.forEach((key, value) -> {
            if (!value.equals(before.get(key))) {
                events.add(MetadataEvents.config(resource, key, value));
            }
        });
        before.keySet().forEach(key -> {
            if (!after.containsKey(key)) {
                events.add(MetadataEvents.config(resource, key, null));
            }
        });
        return new TopicOutcome(
                ApiError.NONE, topic.name(), topic.id(), topic.partitions().size(), after);
    }
}
