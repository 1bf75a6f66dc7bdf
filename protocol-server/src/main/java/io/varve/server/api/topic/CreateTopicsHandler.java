// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.api.config.ConfigSourceIds;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.metadata.topic.TopicResult;
import io.varve.server.quota.MutationQuota;
import io.varve.server.quota.QuotaThrottle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;

/** Creates topics; each has an outcome of its own. */
public final class CreateTopicsHandler implements ApiHandler {
    /** The first version whose clients know the error of an exceeded quota (KIP-599). */
    private static final short FIRST_STRICT = 6;
    /** The first version whose answers tell the topics' settings (KIP-525). */
    private static final short FIRST_WITH_CONFIGS = 5;

    private final ClusterMetadata metadata;
    private final QuotaThrottle throttle;

    /**
     * @param metadata decides the changes, and describes the settings of new topics
     * @param throttle limits how many partitions a client creates
     */
    public CreateTopicsHandler(ClusterMetadata metadata, QuotaThrottle throttle) {
        this.metadata = metadata;
        this.throttle = throttle;
    }

    @Override
    public CompletionStage<CreateTopicsResponseData> handle(Request request) {
        CreateTopicsRequestData asked = ((CreateTopicsRequest) request.body()).data();
        CreateTopicsResponseData response = new CreateTopicsResponseData();
        List<NewTopic> wanted = new ArrayList<>();
        Map<String, CreatableTopic> topics = new LinkedHashMap<>();
        Set<String> duplicates = new LinkedHashSet<>();
        asked.topics().forEach(topic -> {
            if (topics.putIfAbsent(topic.name(), topic) != null) {
                duplicates.add(topic.name());
            }
        });
        topics.keySet().removeAll(duplicates);
        duplicates.forEach(
                name -> response.topics().add(refused(name, Errors.INVALID_REQUEST, "Duplicate topic name.")));
        for (CreatableTopic topic : topics.values()) {
            String name = topic.name();
            NewTopic asNamed = NewTopic.of(topic);
            if (name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
                response.topics()
                        .add(refused(
                                name,
                                Errors.INVALID_REQUEST,
                                "Creation of internal topic " + name + " is prohibited."));
            } else if (Topic.isInternal(name) && metadata.byName(name) == null) {
                response.topics()
                        .add(refused(
                                name,
                                Errors.INVALID_TOPIC_EXCEPTION,
                                "Topic '" + name + "' is the broker's own; it is created when it is needed."));
            } else if (asNamed.assignments().size() < topic.assignments().size()) {
                response.topics()
                        .add(refused(
                                name,
                                Errors.INVALID_REPLICA_ASSIGNMENT,
                                "Found multiple manual partition assignments for one partition."));
            } else {
                wanted.add(asNamed);
            }
        }
        MutationQuota quota = throttle.mutations(request.quotaClient(), request.version() >= FIRST_STRICT);
        return metadata.createTopics(wanted, asked.validateOnly(), quota).thenApply(outcomes -> {
            Map<Map<String, String>, List<CreatableTopicConfigs>> described = new HashMap<>();
            outcomes.forEach(outcome -> response.topics().add(result(outcome, request.version(), described)));
            if (!asked.validateOnly()) {
                ChangeLog.note(request, "created topics", TopicResult.done(outcomes));
            }
            return response.setThrottleTimeMs(quota.throttleMs());
        });
    }

    /** @param described the settings of topics so far, by what clients have set: many topics have the same */
    private CreatableTopicResult result(
            TopicResult outcome, short version, Map<Map<String, String>, List<CreatableTopicConfigs>> described) {
        if (outcome.error().isFailure()) {
            return refused(
                    outcome.name(), outcome.error().error(), outcome.error().message());
        }
        List<CreatableTopicConfigs> configs =
                version < FIRST_WITH_CONFIGS ? List.of() : described.computeIfAbsent(outcome.configs(), this::describe);
        return new CreatableTopicResult()
                .setName(outcome.name())
                .setTopicId(outcome.id())
                .setErrorMessage(null)
                .setNumPartitions(outcome.partitions())
                .setReplicationFactor((short) 1)
                .setConfigs(configs);
    }

    private List<CreatableTopicConfigs> describe(Map<String, String> own) {
        List<CreatableTopicConfigs> configs = new ArrayList<>();
        for (ConfigEntry setting : metadata.topicConfigs().settings(own)) {
            configs.add(new CreatableTopicConfigs()
                    .setName(setting.key().name)
                    .setValue(setting.value())
                    .setConfigSource(ConfigSourceIds.id(setting.source())));
        }
        return configs;
    }

    private static CreatableTopicResult refused(String name, Errors error, String message) {
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setConfigs(List.of());
    }
}
