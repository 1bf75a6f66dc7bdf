// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;

/**
 * Lists the resources that have settings: topics, this broker and its loggers, and the groups and
 * subscriptions of client metrics for which something is set. Version 0 lists subscriptions only.
 */
public final class ListConfigResourcesHandler implements ApiHandler {
    private final ClusterMetadata metadata;

    /** @param metadata topics, and what has settings */
    public ListConfigResourcesHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public CompletionStage<ListConfigResourcesResponseData> handle(Request request) {
        ListConfigResourcesRequest asked = (ListConfigResourcesRequest) request.body();
        Set<Byte> served = asked.supportedResourceTypes();
        Set<Byte> wanted = new HashSet<>(asked.data().resourceTypes());
        if (wanted.isEmpty()) {
            wanted = served;
        }
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        if (!served.containsAll(wanted)) {
            return CompletableFuture.completedFuture(response.setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
        }
        List<ListConfigResourcesResponseData.ConfigResource> found = new ArrayList<>();
        wanted.forEach(type -> names(ConfigResource.Type.forId(type))
                .forEach(name -> found.add(new ListConfigResourcesResponseData.ConfigResource()
                        .setResourceType(type)
                        .setResourceName(name))));
        return CompletableFuture.completedFuture(response.setConfigResources(found));
    }

    private List<String> names(ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> metadata.all().stream().map(Topic::name).toList();
            case BROKER, BROKER_LOGGER ->
                List.of(Integer.toString(metadata.config().nodeId()));
            default ->
                metadata.writer().state().configured().stream()
                        .filter(resource -> resource.type() == type)
                        .map(ConfigResource::name)
                        .toList();
        };
    }
}
