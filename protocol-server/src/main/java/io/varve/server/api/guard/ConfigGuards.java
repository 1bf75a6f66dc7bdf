// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import io.varve.server.clients.ClientsResource;
import io.varve.server.clock.ClockResource;
import io.varve.server.explanation.ExplanationRequest;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Guards the APIs of settings, and what Varve tells by them. Settings of brokers, of their loggers and of
 * client metrics are the cluster's. Stateless.
 */
final class ConfigGuards {
    private ConfigGuards() {}

    /**
     * What a client must be allowed to.
     *
     * @param operation to do
     * @param type with a resource of this type
     * @param name and of this name
     */
    private record Need(AclOperation operation, ResourceType type, String name) {
        static Need onCluster(AclOperation operation) {
            return new Need(operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
        }

        Errors error() {
            return switch (type) {
                case TOPIC -> Errors.TOPIC_AUTHORIZATION_FAILED;
                case GROUP -> Errors.GROUP_AUTHORIZATION_FAILED;
                default -> Errors.CLUSTER_AUTHORIZATION_FAILED;
            };
        }
    }

    /**
     * @param operation what the API does with settings
     * @return what is needed; null where the handler refuses the type of the resource
     */
    private static Need need(AclOperation operation, byte type, String name) {
        if (ClientsResource.is(type, name)) {
            return Need.onCluster(AclOperation.DESCRIBE);
        }
        if (ClockResource.is(type, name)) {
            return Need.onCluster(operation == AclOperation.ALTER_CONFIGS ? AclOperation.ALTER : AclOperation.DESCRIBE);
        }
        return switch (ConfigResource.Type.forId(type)) {
            case BROKER, BROKER_LOGGER, CLIENT_METRICS -> Need.onCluster(operation);
            case GROUP -> new Need(operation, ResourceType.GROUP, name);
            case TOPIC -> new Need(operation, ResourceType.TOPIC, ExplanationRequest.topicOf(name));
            default -> null;
        };
    }

    private static boolean isAllowed(Asked asked, Need need) {
        return need == null || asked.allows(need.operation(), need.type(), need.name());
    }

    static CompletionStage<? extends ApiMessage> describe(Asked asked, ApiHandler handler) {
        AclOperation operation = AclOperation.DESCRIBE_CONFIGS;
        return Denied.take(
                        asked.data(DescribeConfigsRequestData.class).resources(),
                        resource -> isAllowed(asked, need(operation, resource.resourceType(), resource.resourceName())))
                .serve(asked.request(), handler, DescribeConfigsResponseData.class, (response, resource) -> {
                    Errors error = need(operation, resource.resourceType(), resource.resourceName())
                            .error();
                    response.setResults(Lists.with(
                            response.results(),
                            new DescribeConfigsResult()
                                    .setErrorCode(error.code())
                                    .setErrorMessage(error.message())
                                    .setConfigs(List.of())
                                    .setResourceName(resource.resourceName())
                                    .setResourceType(resource.resourceType())));
                });
    }

    static CompletionStage<? extends ApiMessage> alter(Asked asked, ApiHandler handler) {
        AclOperation operation = AclOperation.ALTER_CONFIGS;
        return Denied.take(
                        asked.data(AlterConfigsRequestData.class).resources(),
                        resource -> isAllowed(asked, need(operation, resource.resourceType(), resource.resourceName())))
                .serve(asked.request(), handler, AlterConfigsResponseData.class, (response, resource) -> {
                    Errors error = need(operation, resource.resourceType(), resource.resourceName())
                            .error();
                    response.responses()
                            .add(new AlterConfigsResourceResponse()
                                    .setErrorCode(error.code())
                                    .setErrorMessage(error.message())
                                    .setResourceName(resource.resourceName())
                                    .setResourceType(resource.resourceType()));
                });
    }

    static CompletionStage<? extends ApiMessage> alterIncrementally(Asked asked, ApiHandler handler) {
        AclOperation operation = AclOperation.ALTER_CONFIGS;
        return Denied.take(
                        asked.data(IncrementalAlterConfigsRequestData.class).resources(),
                        resource -> isAllowed(asked, need(operation, resource.resourceType(), resource.resourceName())))
                .serve(asked.request(), handler, IncrementalAlterConfigsResponseData.class, (response, resource) -> {
                    Errors error = need(operation, resource.resourceType(), resource.resourceName())
                            .error();
                    response.responses()
                            .add(new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                                    .setErrorCode(error.code())
                                    .setErrorMessage(error.message())
                                    .setResourceName(resource.resourceName())
                                    .setResourceType(resource.resourceType()));
                });
    }
}
