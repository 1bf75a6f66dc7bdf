// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.metadata.Topic;
import io.varve.server.metadata.TopicConfigs;
import io.varve.server.metadata.TopicConfigs.Setting;
import io.varve.server.metadata.TopicConfigs.Synonym;
import io.varve.server.metadata.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** DescribeConfigs: the settings of topics and of this broker, with where each comes from. */
final class DescribeConfigsHandler implements ApiHandler {
    /** Versions before it write a text's length in 16 bits. */
    private static final short FIRST_WITH_LONG_TEXTS = 4;

    private static final int SHORT_TEXT = Short.MAX_VALUE;

    private final Topics topics;
    private final TopicConfigs definitions;
    private final int nodeId;
    private final Collection<BrokerSetting> broker;
    private final TopicQuestions questions;

    DescribeConfigsHandler(
            Topics topics,
            TopicConfigs definitions,
            int nodeId,
            Collection<BrokerSetting> broker,
            TopicQuestions questions) {
        this.topics = topics;
        this.definitions = definitions;
        this.nodeId = nodeId;
        this.broker = broker;
        this.questions = questions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public CompletionStage<DescribeConfigsResponseData> handle(Request request) {
        DescribeConfigsRequestData asked = ((DescribeConfigsRequest) request.body()).data();
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        for (DescribeConfigsResource resource : asked.resources()) {
            DescribeConfigsResult result = new DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName())
                    .setErrorMessage(null);
            response.results().add(result);
            if (resource.resourceType() == ConfigResource.Type.TOPIC.id()
                    && questions.isQuestion(resource.resourceName())) {
                last = last.thenCombine(answer(request, resource, result), (before, done) -> done);
                continue;
            }
            try {
                result.setConfigs(describe(resource, asked));
            } catch (ApiException e) {
                refuse(result, e);
            }
        }
        return last.thenApply(done -> response);
    }

    private static void refuse(DescribeConfigsResult result, ApiException e) {
        result.setErrorCode(Errors.forException(e).code()).setErrorMessage(e.getMessage());
    }

    private CompletionStage<DescribeConfigsResult> answer(
            Request request, DescribeConfigsResource resource, DescribeConfigsResult result) {
        return questions.answer(resource.resourceName()).handle((answer, failure) -> {
            if (failure == null
                    && request.version() < FIRST_WITH_LONG_TEXTS
                    && answer.value().length() > SHORT_TEXT) {
                refuse(
                        result,
                        new InvalidRequestException("The answer is too long for this version of the request:"
                                + " ask about one partition, or with version " + FIRST_WITH_LONG_TEXTS + "."));
            } else if (failure == null) {
                result.configs()
                        .add(new DescribeConfigsResourceResult()
                                .setName(answer.name())
                                .setValue(answer.value())
                                .setReadOnly(true)
                                .setConfigSource(ConfigSource.DEFAULT_CONFIG.id())
                                .setConfigType(ConfigType.STRING.id()));
            } else if (failure.getCause() instanceof ApiException refusal) {
                refuse(result, refusal);
            } else {
                throw failure instanceof CompletionException known ? known : new CompletionException(failure);
            }
            return result;
        });
    }

    private List<DescribeConfigsResourceResult> describe(
            DescribeConfigsResource resource, DescribeConfigsRequestData asked) {
        ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
        return switch (type) {
            case TOPIC -> describeTopic(resource, asked);
            case BROKER -> describeBroker(resource, asked);
            default ->
                throw new InvalidRequestException("Unsupported resource type: " + type
                        + (type == ConfigResource.Type.UNKNOWN ? " (" + resource.resourceType() + ")" : ""));
        };
    }

    private List<DescribeConfigsResourceResult> describeTopic(
            DescribeConfigsResource resource, DescribeConfigsRequestData asked) {
        String name = resource.resourceName();
        Topic topic = topics.byName(name);
        if (topic == null) {
            if (!org.apache.kafka.common.internals.Topic.isValid(name)) {
                throw new InvalidTopicException("Topic name '" + name + "' is illegal.");
            }
            throw new UnknownTopicOrPartitionException("The topic '" + name + "' does not exist.");
        }
        List<DescribeConfigsResourceResult> configs = new ArrayList<>();
        for (Setting setting : definitions.settings(topic.configs())) {
            if (isWanted(resource, setting.key().name)) {
                DescribeConfigsResourceResult config = new DescribeConfigsResourceResult()
                        .setName(setting.key().name)
                        .setValue(setting.value())
                        .setConfigSource(ConfigSources.id(setting.source()))
                        .setConfigType(typeOf(setting.key().type));
                if (asked.includeSynonyms()) {
                    setting.synonyms().forEach(synonym -> config.synonyms().add(synonym(synonym)));
                }
                if (asked.includeDocumentation()) {
                    config.setDocumentation(setting.key().documentation);
                }
                configs.add(config);
            }
        }
        return configs;
    }

    private List<DescribeConfigsResourceResult> describeBroker(
            DescribeConfigsResource resource, DescribeConfigsRequestData asked) {
        String name = resource.resourceName();
        if (name.isEmpty()) {
            return List.of(); // settings of the whole cluster, set while running: there are none
        }
        if (!name.equals(Integer.toString(nodeId))) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + nodeId + " or empty string, but received " + name);
        }
        List<DescribeConfigsResourceResult> configs = new ArrayList<>();
        for (BrokerSetting setting : broker) {
            if (isWanted(resource, setting.name())) {
                byte source =
                        (setting.configured() ? ConfigSource.STATIC_BROKER_CONFIG : ConfigSource.DEFAULT_CONFIG).id();
                String shown = setting.sensitive() ? null : setting.value();
                DescribeConfigsResourceResult config = new DescribeConfigsResourceResult()
                        .setName(setting.name())
                        .setValue(shown)
                        .setReadOnly(true)
                        .setIsSensitive(setting.sensitive())
                        .setConfigSource(source)
                        .setConfigType(ConfigType.STRING.id());
                if (asked.includeSynonyms()) {
                    config.synonyms()
                            .add(new DescribeConfigsSynonym()
                                    .setName(setting.name())
                                    .setValue(shown)
                                    .setSource(source));
                }
                configs.add(config);
            }
        }
        return configs;
    }

    private static boolean isWanted(DescribeConfigsResource resource, String name) {
        List<String> keys = resource.configurationKeys();
        return keys == null || keys.isEmpty() || keys.contains(name);
    }

    private static DescribeConfigsSynonym synonym(Synonym synonym) {
        return new DescribeConfigsSynonym()
                .setName(synonym.name())
                .setValue(synonym.value())
                .setSource(ConfigSources.id(synonym.source()));
    }

    private static byte typeOf(ConfigDef.Type type) {
        return ConfigType.valueOf(type.name()).id();
    }
}
