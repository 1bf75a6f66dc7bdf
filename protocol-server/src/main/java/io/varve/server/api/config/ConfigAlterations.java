// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.config.ConfigChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/**
 * Collects the changes of an AlterConfigs or IncrementalAlterConfigs request, and keeps one outcome for each
 * resource in the order of the request. Used for one request; takes time in proportion to its size.
 */
final class ConfigAlterations {
    /**
     * A resource as the request names it.
     *
     * @param type id of the type, any value
     * @param name name of the resource
     */
    record Resource(byte type, String name) {}

    private final ConfigTargets targets;
    private final Map<Resource, Integer> mentions = new HashMap<>();
    private final List<Resource> resources;
    private final ApiError[] errors;
    private final List<List<String>> named = new ArrayList<>();
    private final List<Integer> positions = new ArrayList<>();
    private final List<ConfigChange> changes = new ArrayList<>();

    /**
     * @param targets the resources whose settings clients may change, by type
     * @param resources all resources of the request, in its order
     */
    ConfigAlterations(ConfigTargets targets, List<Resource> resources) {
        this.targets = targets;
        this.resources = resources;
        errors = new ApiError[resources.size()];
        resources.forEach(resource -> mentions.merge(resource, 1, Integer::sum));
    }

    /**
     * Checks one resource of the request, and adds its change to those that {@link #decide} submits.
     *
     * @param position position of the resource in the request
     * @param keys the settings that the request names, duplicates included
     * @param withoutValue those of the settings that need a value and have none
     * @param change computes the new settings of the resource from its target and its present settings
     */
    void add(
            int position,
            List<String> keys,
            List<String> withoutValue,
            BiFunction<ConfigTarget, Map<String, String>, Map<String, String>> change) {
        alterNow(position, keys, withoutValue, resource -> {
            ConfigTarget target = targets.of(ConfigResource.Type.forId(resource.type()));
            if (target == null) {
                throw new InvalidRequestException("Unknown resource type " + resource.type());
            }
            target.checkName(resource.name());
            positions.add(position);
            changes.add(new ConfigChange(
                    new ConfigResource(ConfigResource.Type.forId(resource.type()), resource.name()),
                    present -> {
                        Map<String, String> wanted = change.apply(target, present);
                        target.validate(resource.name(), wanted);
                        return wanted;
                    },
                    target.maxConfigured()));
            return ApiError.NONE;
        });
    }

    /**
     * Checks one resource of the request as {@link #add} does, and changes it at once.
     *
     * @param alteration changes the resource, and returns the outcome
     */
    void alterNow(int position, List<String> keys, List<String> withoutValue, Function<Resource, ApiError> alteration) {
        named.add(keys);
        Resource resource = resources.get(position);
        if (mentions.get(resource) > 1) {
            errors[position] = invalid("Each resource must appear at most once.");
        } else if (hasDuplicates(keys)) {
            errors[position] = invalid("Error due to duplicate config keys");
        } else if (!withoutValue.isEmpty()) {
            errors[position] = invalid("Null value not supported for : " + String.join(", ", withoutValue));
        } else {
            try {
                errors[position] = alteration.apply(resource);
            } catch (ApiException e) {
                errors[position] = ApiError.fromThrowable(e);
            }
        }
    }

    private static boolean hasDuplicates(List<String> keys) {
        Set<String> seen = new HashSet<>();
        return !keys.stream().allMatch(seen::add);
    }

    /**
     * Submits the changes, and logs those that were made.
     *
     * @param request who asked for them
     * @param metadata decides the changes
     * @param validateOnly true to check the changes only
     * @return completes with the outcome of each resource, by its position in the request
     */
    CompletableFuture<List<ApiError>> decide(Request request, ClusterMetadata metadata, boolean validateOnly) {
        CompletableFuture<List<ApiError>> decided = changes.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : metadata.alterConfigs(changes, validateOnly);
        return decided.thenApply(outcomes -> {
            for (int i = 0; i < outcomes.size(); i++) {
                errors[positions.get(i)] = outcomes.get(i);
            }
            if (!validateOnly) {
                ChangeLog.note(request, "changed settings", made());
            }
            return List.of(errors);
        });
    }

    /** @return what was changed, such as "topic orders (retention.ms)"; without a name it is all brokers */
    private List<String> made() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < errors.length; i++) {
            Resource resource = resources.get(i);
            if (errors[i].isSuccess() && !named.get(i).isEmpty()) {
                String type = ConfigResource.Type.forId(resource.type()).name().toLowerCase(Locale.ROOT);
                made.add((type + " " + resource.name()).strip() + " (" + ChangeLog.some(named.get(i)) + ")");
            }
        }
        return made;
    }

    private static ApiError invalid(String message) {
        return new ApiError(Errors.INVALID_REQUEST, message);
    }
}
