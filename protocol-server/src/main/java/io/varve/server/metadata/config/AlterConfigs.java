// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.event.Command;
import io.varve.core.event.Decision;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Changes settings on a client's behalf. Each resource's change is made or refused by itself.
 *
 * @param changes the changes wanted, resources distinct
 * @param validateOnly true to decide and change nothing
 * @param topics checks topics' settings
 * @param brokers checks brokers' settings
 */
public record AlterConfigs(List<ConfigChange> changes, boolean validateOnly, TopicConfigs topics, BrokerConfigs brokers)
        implements Command<MetadataState, ApiMessageAndVersion, List<ApiError>> {
    @Override
    public Decision<ApiMessageAndVersion, List<ApiError>> decide(MetadataState state) {
        List<ApiMessageAndVersion> events = new ArrayList<>();
        List<ApiError> outcomes = new ArrayList<>(changes.size());
        Configured configured = new Configured(state);
        for (ConfigChange change : changes) {
            try {
                alter(change, state, configured, events);
                outcomes.add(ApiError.NONE);
            } catch (ApiException e) {
                outcomes.add(ApiError.fromThrowable(e));
            }
        }
        return validateOnly ? Decision.nothing(outcomes) : new Decision<>(events, () -> outcomes);
    }

    private void alter(
            ConfigChange change, MetadataState state, Configured configured, List<ApiMessageAndVersion> events) {
        ConfigResource resource = change.resource();
        Map<String, String> before = state.configs(resource);
        if (resource.type() == ConfigResource.Type.TOPIC && state.topic(resource.name()) == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + resource.name() + "' does not exist.");
        }
        Map<String, String> after = change.change().apply(before);
        Map<String, String> changed = changed(before, after);
        ConfigLength.check(changed);
        switch (resource.type()) {
            case TOPIC -> topics.validate(before, after);
            case BROKER -> {
                brokers.validate(changed);
                brokers.validateTogether(resource.equals(MetadataEvents.CLUSTER), after);
                brokers.limit(after, changed.keySet());
            }
            default -> {} // the handlers of groups and client metrics check their settings
        }
        configured.count(change, before, after);
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

    /**
     * Counts the resources, other than topics, that have settings, while changes are decided one after
     * another.
     */
    private static final class Configured {
        private final Map<ConfigResource.Type, Integer> counts = new EnumMap<>(ConfigResource.Type.class);

        Configured(MetadataState state) {
            state.configured().forEach(resource -> counts.merge(resource.type(), 1, Integer::sum));
        }

        /** Limits the resources that exist only because a client set something for them. */
        void count(ConfigChange change, Map<String, String> before, Map<String, String> after) {
            ConfigResource.Type type = change.resource().type();
            if (before.isEmpty() && !after.isEmpty()) {
                if (counts.getOrDefault(type, 0) >= change.maxConfigured()) {
                    throw new PolicyViolationException("settings of " + change.maxConfigured()
                            + " such resources are kept, and there are so many already");
                }
                counts.merge(type, 1, Integer::sum);
            } else if (!before.isEmpty() && after.isEmpty()) {
                counts.merge(type, -1, Integer::sum);
            }
        }
    }

    /**
     * Picks the settings to check. Stored settings are not checked again: another version may have set them,
     * and they do no harm.
     */
    private static Map<String, String> changed(Map<String, String> before, Map<String, String> after) {
        Map<String, String> changed = new HashMap<>(after);
        changed.entrySet().removeAll(before.entrySet());
        return changed;
    }
}
