// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.server.explanation.ExplanationJson;
import io.varve.server.explanation.ExplanationRequest;
import io.varve.server.metadata.config.PartitionConfigs;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Explains the retention of a topic to clients of DescribeConfigs, under the topic's settings or under
 * settings that the client tries. Reads the storage: used on a worker thread. Thread-safe.
 */
final class RetentionExplainer {
    private final Topics topics;
    private final TopicConfigs definitions;
    private final LogEngine engine;

    RetentionExplainer(Topics topics, TopicConfigs definitions, LogEngine engine) {
        this.topics = topics;
        this.definitions = definitions;
        this.engine = engine;
    }

    /**
     * @param resource name of a topic resource for which {@link ExplanationRequest#isRequest} is true
     * @return completes with the explanation as JSON; fails with an
     *     {@link org.apache.kafka.common.errors.ApiException} when the request is malformed, or the topic or
     *     partition does not exist
     */
    CompletionStage<String> answer(String resource) {
        return CompletableFuture.supplyAsync(() -> explain(request(resource)), Runnable::run);
    }

    private static ExplanationRequest request(String resource) {
        try {
            return ExplanationRequest.parse(resource);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(e.getMessage());
        }
    }

    private String explain(ExplanationRequest request) {
        Topic topic = topics.byName(request.topic());
        if (topic == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + request.topic() + "' does not exist.");
        }
        PartitionConfigs configs = configs(topic, request.settings());
        List<RetentionExplanation> explanations = new ArrayList<>();
        for (PartitionLog log : logs(topic, request.partition())) {
            PartitionConfig config = configs.of(topic.id(), log.id().partition());
            explanations.add(engine.explainRetention(log, config));
        }
        return ExplanationJson.write(topic.name(), explanations);
    }

    private static List<PartitionLog> logs(Topic topic, int partition) {
        if (partition == ExplanationRequest.ALL) {
            return topic.open();
        }
        PartitionLog log = topic.partition(partition);
        if (log == null && Topic.exists(topic, partition)) {
            throw new NotLeaderOrFollowerException(
                    "Partition " + partition + " of the topic '" + topic.name() + "' is not open yet.");
        }
        if (log == null) {
            throw new UnknownTopicOrPartitionException(
                    "The topic '" + topic.name() + "' has no partition " + partition + ", only " + topic.count() + ".");
        }
        return List.of(log);
    }

    private PartitionConfigs configs(Topic topic, Map<String, String> tried) {
        Map<String, String> settings = new HashMap<>(topic.configs());
        tried.forEach((key, value) -> {
            if (value.isEmpty()) {
                settings.remove(key);
            } else {
                settings.put(key, value);
            }
        });
        definitions.validate(topic.configs(), settings);
        return definitions.partitionConfigs(settings);
    }
}
