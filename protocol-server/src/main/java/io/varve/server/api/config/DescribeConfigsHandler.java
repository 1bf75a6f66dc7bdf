// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.core.engine.LogEngine;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.clients.ClientsResource;
import io.varve.server.clock.ClockResource;
import io.varve.server.clock.ServerClock;
import io.varve.server.error.KafkaErrors;
import io.varve.server.explanation.ExplanationRequest;
import io.varve.server.group.GroupsConfig;
import io.varve.server.logging.LogLevels;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.telemetry.ClientTelemetry;
import io.varve.server.telemetry.TelemetryResource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * Describes the settings of resources with their sources, explains retention, and tells the time
 * and who is connected.
 */
public final class DescribeConfigsHandler implements ApiHandler {
    /** The first version that writes the length of a string as a varint; versions before it use 16 bits. */
    private static final short FIRST_WITH_LONG_STRINGS = 4;

    private static final int MAX_SHORT_STRING = Short.MAX_VALUE;

    private final SettingDescriptions settings;
    private final RetentionExplainer retention;
    private final ServerClock clock;
    private final ClientTelemetry telemetry;

    /**
     * @param metadata settings of topics and brokers
     * @param groups settings of groups
     * @param engine explains the retention of topics
     * @param clock tells its time
     * @param telemetry shows what clients have pushed
     */
    public DescribeConfigsHandler(
            ClusterMetadata metadata,
            GroupsConfig groups,
            LogEngine engine,
            ServerClock clock,
            ClientTelemetry telemetry) {
        this.clock = clock;
        this.telemetry = telemetry;
        settings = new SettingDescriptions(metadata, groups.settings(), LogLevels.ofThisProcess());
        retention = new RetentionExplainer(metadata, metadata.topicConfigs(), engine);
    }

    @Override
    public CompletionStage<DescribeConfigsResponseData> handle(Request request) {
        DescribeConfigsRequestData asked = ((DescribeConfigsRequest) request.body()).data();
        return DescribeAnswer.LIMITED.of(asked.resources(), resource -> describe(request, resource, asked));
    }

    private CompletableFuture<DescribeConfigsResult> describe(
            Request request, DescribeConfigsResource resource, DescribeConfigsRequestData asked) {
        DescribeConfigsResult result = DescribeAnswer.resultFor(resource);
        if (resource.resourceType() == ConfigResource.Type.TOPIC.id()
                && ExplanationRequest.isRequest(resource.resourceName())) {
            return explain(request, resource, result).toCompletableFuture();
        }
        if (ClientsResource.is(resource.resourceType(), resource.resourceName())) {
            String clients = ClientsResource.write(request.connection().peers());
            answer(request, result, ClientsResource.KEY, clients, "ask");
        } else {
            try {
                result.setConfigs(configs(resource, asked));
            } catch (ApiException e) {
                refuse(result, e);
            }
        }
        return CompletableFuture.completedFuture(result);
    }

    private List<DescribeConfigsResourceResult> configs(
            DescribeConfigsResource resource, DescribeConfigsRequestData asked) {
        if (ClockResource.is(resource.resourceType(), resource.resourceName())) {
            return time();
        }
        return TelemetryResource.is(resource.resourceType(), resource.resourceName())
                ? pushed()
                : settings.of(resource, asked);
    }

    private List<DescribeConfigsResourceResult> pushed() {
        return TelemetryResource.settings(telemetry.pushed()).entrySet().stream()
                .map(entry -> shown(entry.getKey(), entry.getValue(), ConfigType.STRING))
                .toList();
    }

    private List<DescribeConfigsResourceResult> time() {
        return ClockResource.settings(clock.read()).entrySet().stream()
                .map(entry -> shown(entry.getKey(), entry.getValue(), ConfigType.LONG)
                        .setReadOnly(!entry.getKey().equals(ClockResource.TIME)))
                .toList();
    }

    private static DescribeConfigsResourceResult shown(String name, String value, ConfigType type) {
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(value)
                .setReadOnly(true)
                .setConfigSource(ConfigSource.DEFAULT_CONFIG.id())
                .setConfigType(type.id());
    }

    private static void refuse(DescribeConfigsResult result, ApiException e) {
        result.setErrorCode(Errors.forException(e).code()).setErrorMessage(e.getMessage());
    }

    /** @param instead what a client may do whose version of the request cannot carry the answer */
    private static void answer(
            Request request, DescribeConfigsResult result, String key, String answer, String instead) {
        if (request.version() < FIRST_WITH_LONG_STRINGS && answer.length() > MAX_SHORT_STRING) {
            refuse(
                    result,
                    new InvalidRequestException("The answer is too long for this version of the request: " + instead
                            + " with version " + FIRST_WITH_LONG_STRINGS + "."));
        } else {
            result.configs().add(shown(key, answer, ConfigType.STRING));
        }
    }

    private CompletionStage<DescribeConfigsResult> explain(
            Request request, DescribeConfigsResource resource, DescribeConfigsResult result) {
        return retention.answer(resource.resourceName()).handle((answer, failure) -> {
            if (failure == null) {
                answer(request, result, ExplanationRequest.KEY, answer, "ask about one partition, or");
            } else if (KafkaErrors.unwrap(failure) instanceof ApiException refusal) {
                refuse(result, refusal);
            } else {
                throw failure instanceof CompletionException known ? known : new CompletionException(failure);
            }
            return result;
        });
    }
}
