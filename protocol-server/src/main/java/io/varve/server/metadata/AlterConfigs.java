// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** Changes settings on a client's behalf, each resource's or not for reasons of its own. */
record AlterConfigs(List<ConfigChange> changes, boolean validateOnly, TopicConfigs topics, BrokerConfigs brokers)
        implements Command<Catalog, ApiMessageAndVersion, List<ApiError>> {
    @Override
    public Decision<ApiMessageAndVersion, List<ApiError>> decide(Catalog catalog) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<ApiError> outcomes = new ArrayList<>(changes.size());
        for (ConfigChange change : changes) {
            try {
                alter(change, catalog, events);
                outcomes.add(ApiError.NONE);
            } catch (ApiException e) {
                outcomes.add(ApiError.fromThrowable(e));
            }
        }
        return validateOnly ? Decision.nothing(outcomes) : new Decision<>(events, () -> outcomes);
    }

    private void alter(ConfigChange change, Catalog catalog, List<ApiMessageAndVersion> events) {
        ConfigResource resource = change.resource();
        Map<String, String> before = catalog.configs(resource);
        if (resource.type() == ConfigResource.Type.TOPIC && catalog.topic(resource.name()) == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + resource.name() + "' does not exist.");
        }
        Map<String, String> after = change.change().apply(before);
        switch (resource.type()) {
            case TOPIC -> topics.validate(before, after);
            case BROKER -> brokers.validate(changed(before, after));
            default -> {} // who asks for the change knows what is allowed
        }
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
    }

    /** What is there already may be of another version, and is in nobody's way. */
    private static Map<String, String> changed(Map<String, String> before, Map<String, String> after) {
        Map<String, String> changed = new HashMap<>(after);
        changed.entrySet().removeAll(before.entrySet());
        return changed;
    }
}
