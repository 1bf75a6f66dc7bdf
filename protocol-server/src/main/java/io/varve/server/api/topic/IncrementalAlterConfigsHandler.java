// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.api.topic.ConfigAlterations.Resource;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.TopicConfigs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;

/** IncrementalAlterConfigs (KIP-339): sets, deletes, appends to and subtracts from single settings of topics. */
final class IncrementalAlterConfigsHandler implements ApiHandler {
    private final ClusterMetadata metadata;

    IncrementalAlterConfigsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public CompletionStage<IncrementalAlterConfigsResponseData> handle(Request request) {
        IncrementalAlterConfigsRequestData asked = ((IncrementalAlterConfigsRequest) request.body()).data();
        ConfigAlterations alterations = new ConfigAlterations();
        for (AlterConfigsResource resource : asked.resources()) {
            List<String> keys =
                    resource.configs().stream().map(AlterableConfig::name).toList();
            alterations.add(
                    new Resource(resource.resourceType(), resource.resourceName()),
                    keys,
                    present -> change(present, resource.configs()));
        }
        return alterations.perform(metadata, asked.validateOnly()).thenApply(errors -> {
            IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
            errors.forEach((resource, error) -> response.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceType(resource.type())
                            .setResourceName(resource.name())
                            .setErrorCode(error.error().code())
                            .setErrorMessage(error.isFailure() ? error.messageWithFallback() : null)));
            return response;
        });
    }

    private Map<String, String> change(Map<String, String> present, Collection<AlterableConfig> operations) {
        Map<String, String> wanted = new HashMap<>(present);
        for (AlterableConfig operation : operations) {
            String name = operation.name();
            OpType type = OpType.forId(operation.configOperation());
            if (type == null) {
                throw new InvalidRequestException(
                        "Unknown operation type " + operation.configOperation() + " for " + name);
            }
            if (type != OpType.DELETE && operation.value() == null) {
                throw new InvalidRequestException("Null value not supported for : " + name);
            }
            switch (type) {
                case SET -> wanted.put(name, operation.value());
                case DELETE -> wanted.remove(name);
                case APPEND, SUBTRACT -> wanted.put(name, combine(name, type, operation.value(), present));
            }
        }
        return wanted;
    }

    /** A list that the topic does not set starts from the value in force. */
    private String combine(String name, OpType type, String operand, Map<String, String> present) {
        if (!TopicConfigs.isList(name)) {
            throw new InvalidConfigurationException(
                    "Can't " + type + " to key " + name + " because its type is not LIST.");
        }
        List<String> values = new ArrayList<>(split(metadata.topicConfigs().value(name, present)));
        for (String value : split(operand)) {
            if (type == OpType.SUBTRACT) {
                values.remove(value);
            } else if (!values.contains(value)) {
                values.add(value);
            }
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
