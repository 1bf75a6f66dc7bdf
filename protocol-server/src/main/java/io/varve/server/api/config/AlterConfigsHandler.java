// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.config.ConfigAlterations.Resource;
import io.varve.server.clock.ClockResource;
import io.varve.server.clock.ServerClock;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.config.RetentionHolds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.ApiError;

/**
 * Replaces the settings of resources by those in the request. A topic's holds stay even when the request
 * omits them: only a request that names a hold changes it.
 */
public final class AlterConfigsHandler implements ApiHandler {
    private final ClusterMetadata metadata;
    private final ConfigTargets targets;
    private final ServerClock clock;

    /**
     * @param metadata decides the changes
     * @param targets the resources whose settings clients may change, by type
     * @param clock clients may move it
     */
    public AlterConfigsHandler(ClusterMetadata metadata, ConfigTargets targets, ServerClock clock) {
        this.clock = clock;
        this.metadata = metadata;
        this.targets = targets;
    }

    /**
     * Adds the present holds to the wanted settings. Clients of this old API do not know of holds, and must
     * not release them by an omission.
     */
    private static Map<String, String> withHolds(Map<String, String> present, Map<String, String> wanted) {
        Map<String, String> all = new HashMap<>(wanted);
        present.forEach((key, value) -> {
            if (RetentionHolds.isHold(key)) {
                all.putIfAbsent(key, value);
            }
        });
        return all;
    }

    @Override
    public CompletionStage<AlterConfigsResponseData> handle(Request request) {
        AlterConfigsRequestData asked = ((AlterConfigsRequest) request.body()).data();
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
        Map<String, String> wanted = new HashMap<>();
        for (AlterableConfig config : resource.configs()) {
            keys.add(config.name());
            wanted.put(config.name(), config.value());
            if (config.value() == null) {
                withoutValue.add(config.name());
            }
        }
        if (ClockResource.is(resource.resourceType(), resource.resourceName())) {
            alterations.alterNow(position, keys, withoutValue, named -> {
                ClockMove.apply(clock, wanted, validateOnly);
                return ApiError.NONE;
            });
            return;
        }
        alterations.add(position, keys, withoutValue, (target, present) -> withHolds(present, wanted));
    }

    private static AlterConfigsResponseData answer(AlterConfigsRequestData asked, List<ApiError> errors) {
        AlterConfigsResponseData response = new AlterConfigsResponseData();
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
}
