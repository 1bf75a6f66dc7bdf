// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.ConfigChange;
import io.varve.server.metadata.TopicOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/** What AlterConfigs and IncrementalAlterConfigs have in common: which resources can be altered. Made for one request. */
final class ConfigAlterations {
    /** A resource as the request names it: its type may be unknown. */
    record Resource(byte type, String name) {}

    private final Map<Resource, ApiError> errors = new LinkedHashMap<>();
    private final Map<Resource, UnaryOperator<Map<String, String>>> changes = new HashMap<>();

    /**
     * @param resource what to alter
     * @param keys the settings the request names, duplicates included
     * @param change makes a topic's wanted settings of its present ones
     */
    void add(Resource resource, List<String> keys, UnaryOperator<Map<String, String>> change) {
        if (errors.containsKey(resource)) {
            changes.remove(resource);
            errors.put(resource, invalid("Each resource must appear at most once."));
            return;
        }
        ApiError error = check(resource, keys);
        errors.put(resource, error);
        if (error.isSuccess()) {
            changes.put(resource, change);
        }
    }

    /** @return completes with the outcome of each resource, in order of the request */
    CompletableFuture<Map<Resource, ApiError>> perform(ClusterMetadata metadata, boolean validateOnly) {
        List<ConfigChange> wanted = new ArrayList<>();
        changes.forEach((resource, change) -> wanted.add(new ConfigChange(resource.name(), change)));
        return metadata.alterConfigs(wanted, validateOnly).thenApply(outcomes -> {
            for (TopicOutcome outcome : outcomes) {
                errors.put(new Resource(ConfigResource.Type.TOPIC.id(), outcome.name()), outcome.error());
            }
            return errors;
        });
    }

    private static ApiError check(Resource resource, List<String> keys) {
        ConfigResource.Type type = ConfigResource.Type.forId(resource.type());
        if (type == ConfigResource.Type.BROKER) {
            return invalid("Cannot update these configs dynamically: " + keys
                    + ". A broker's settings are those in server.properties at its start.");
        }
        if (type != ConfigResource.Type.TOPIC) {
            return invalid("Unsupported resource type: " + type);
        }
        return keys.stream().distinct().count() < keys.size()
                ? invalid("Error due to duplicate config keys")
                : ApiError.NONE;
    }

    private static ApiError invalid(String message) {
        return new ApiError(Errors.INVALID_REQUEST, message);
    }
}
