// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.config.ConfigAlterations.Resource;
import io.varve.server.clock.ClockResource;
import io.varve.server.clock.ServerClock;
import io.varve.server.logging.LogLevels;
import io.varve.server.metadata.ClusterMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;

/** Sets and deletes single settings of resources, and appends to or subtracts from lists (KIP-339). */
public final class IncrementalAlterConfigsHandler implements ApiHandler {
    private final ClusterMetadata metadata;
    private final ConfigTargets targets;
    private final LogLevelChanges levels;
    private final ServerClock clock;

    /**
     * @param metadata decides the changes
     * @param targets the resources whose settings clients may change, by type
     * @param clock clients may move it
     */
    public IncrementalAlterConfigsHandler(ClusterMetadata metadata, ConfigTargets targets, ServerClock clock) {
        this.clock = clock;
        this.metadata = metadata;
        this.targets = targets;
        levels = new LogLevelChanges(metadata.config().nodeId(), LogLevels.ofThisProcess());
    }

    @Override
    public CompletionStage<IncrementalAlterConfigsResponseData> handle(Request request) {
        IncrementalAlterConfigsRequestData asked = ((IncrementalAlterConfigsRequest) request.body()).data();
        ConfigAlterations alterations = new ConfigAlterations(
                targets,
                asked.resources().stream()
                        .map(resource -> new Resource(resource.resourceType(), resource.resourceName()))
                        .toList());
        int position = 0;
        for (AlterConfigsResource resource : asked.resources()) {
            add(alterations, position++, resource, asked.validateOnly());
        }
        return alterations.decide(request, metadata, asked.validateOnly()).thenApply(errors -> answer(asked, errors));
    }

    private void add(ConfigAlterations alterations, int position, AlterConfigsResource resource, boolean validateOnly) {
        List<String> keys = new ArrayList<>();
        List<String> withoutValue = new ArrayList<>();
        for (AlterableConfig config : resource.configs()) {
            keys.add(config.name());
            if (config.configOperation() != OpType.DELETE.id() && config.value() == null) {
                withoutValue.add(config.name());
            }
        }
        if (resource.resourceType() == ConfigResource.Type.BROKER_LOGGER.id()) {
            alterations.alterNow(position, keys, withoutValue, named -> {
                levels.apply(named.name(), resource.configs(), validateOnly);
                return ApiError.NONE;
            });
        } else if (ClockResource.is(resource.resourceType(), resource.resourceName())) {
            alterations.alterNow(position, keys, withoutValue, named -> {
                ClockMove.apply(clock, set(resource.configs()), validateOnly);
                return ApiError.NONE;
            });
        } else {
            alterations.add(
                    position,
                    keys,
                    withoutValue,
                    (target, present) -> change(target, present, List.copyOf(resource.configs())));
        }
    }

    private static IncrementalAlterConfigsResponseData answer(
            IncrementalAlterConfigsRequestData asked, List<ApiError> errors) {
        IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        Iterator<ApiError> error = errors.iterator();
        for (AlterConfigsResource resource : asked.resources()) {
            ApiError outcome = error.next();
            response.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceType(resource.resourceType())
                            .setResourceName(resource.resourceName())
                            .setErrorCode(outcome.error().code())
                            .setErrorMessage(outcome.isFailure() ? outcome.messageWithFallback() : null));
        }
        return response;
    }

    /** @return the settings that are set; a clock has nothing to delete or to append to */
    private static Map<String, String> set(Collection<AlterableConfig> operations) {
        Map<String, String> wanted = new HashMap<>();
        for (AlterableConfig operation : operations) {
            if (operation.configOperation() != OpType.SET.id()) {
                throw new InvalidRequestException("The clock's " + operation.name() + " can be set, and nothing else.");
            }
            wanted.put(operation.name(), operation.value());
        }
        return wanted;
    }

    private static Map<String, String> change(
            ConfigTarget target, Map<String, String> present, List<AlterableConfig> operations) {
        Map<String, String> wanted = new HashMap<>(present);
        for (AlterableConfig operation : operations) {
            String name = operation.name();
            OpType type = OpType.forId(operation.configOperation());
            if (type == null) {
                throw new InvalidRequestException("Unknown operation type " + operation.configOperation());
            }
            switch (type) {
                case SET -> wanted.put(name, operation.value());
                case DELETE -> wanted.remove(name);
                case APPEND, SUBTRACT -> wanted.put(name, combine(target, type, operation, present));
            }
        }
        return wanted;
    }

    /** Changes the list of the resource; without one, the list that is effective for it. */
    private static String combine(
            ConfigTarget target, OpType type, AlterableConfig operation, Map<String, String> present) {
        target.requireList(operation.name(), type);
        Set<String> values = new LinkedHashSet<>(split(target.effectiveValue(operation.name(), present)));
        if (type == OpType.SUBTRACT) {
            split(operation.value()).forEach(values::remove);
        } else {
            values.addAll(split(operation.value()));
        }
        return String.join(",", values);
    }

    private static List<String> split(String list) {
        if (list == null) {
            return List.of();
        }
        List<String> values = new ArrayList<>();
        for (String value : list.split(",")) {
            if (!value.isBlank()) {
                values.add(value.trim());
            }
        }
        return values;
    }
}
