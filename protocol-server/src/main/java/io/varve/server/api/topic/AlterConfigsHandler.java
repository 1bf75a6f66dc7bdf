// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.topic.ConfigAlterations.Resource;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.Holds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterConfigsRequest;

/** AlterConfigs, the old way: a topic's settings become exactly those named, save that holds are only released by name. */
final class AlterConfigsHandler implements ApiHandler {
    private final ClusterMetadata metadata;

    AlterConfigsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    /** Whoever sets something by this old call does not know of holds, and must not release them by leaving them out. */
    private static Map<String, String> keepingHolds(Map<String, String> present, Map<String, String> wanted) {
        Map<String, String> all = new HashMap<>(wanted);
        present.forEach((key, value) -> {
            if (Holds.isHold(key)) {
                all.putIfAbsent(key, value);
            }
        });
        return all;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<AlterConfigsResponseData> handle(Request request) {
        AlterConfigsRequestData asked = ((AlterConfigsRequest) request.body()).data();
        ConfigAlterations alterations = new ConfigAlterations();
        for (AlterConfigsResource resource : asked.resources()) {
            List<String> keys = new ArrayList<>();
            Map<String, String> wanted = new HashMap<>();
            for (AlterableConfig config : resource.configs()) {
                keys.add(config.name());
                wanted.put(config.name(), config.value());
            }
            alterations.add(
                    new Resource(resource.resourceType(), resource.resourceName()),
                    keys,
                    present -> keepingHolds(present, wanted));
        }
        return alterations.perform(metadata, asked.validateOnly()).thenApply(errors -> {
            AlterConfigsResponseData response = new AlterConfigsResponseData();
            errors.forEach((resource, error) -> response.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceType(resource.type())
                            .setResourceName(resource.name())
                            .setErrorCode(error.error().code())
                            .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null)));
            return response;
        });
    }
}
