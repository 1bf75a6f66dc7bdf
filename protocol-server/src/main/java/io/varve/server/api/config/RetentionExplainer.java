// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.server.metadata.config.PartitionConfigs;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import io.varve.server.retention.ExplanationJson;
import io.varve.server.retention.ExplanationRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Explains a topic's retention, as it is or as it would be under other settings, to clients that ask for it
 * by DescribeConfigs; on its worker thread, as the storage is read.
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
     * @param resource the name of a topic resource that {@link ExplanationRequest#isRequest}
     * @return completes with the explanation as JSON, or fails with a Kafka
     *     {@link org.apache.kafka.common.errors.ApiException}
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
        List<RetentionExplanation> explained = new ArrayList<>();
        for (PartitionLog log : logs(topic, request.partition())) {
            PartitionConfig config = configs.of(topic.id(), log.id().partition());
            explained.add(engine.explainRetention(log, config));
        }
        return ExplanationJson.write(topic.name(), explained);
    }

    private static List<PartitionLog> logs(Topic topic, int partition) {
        if (partition == ExplanationRequest.ALL) {
            return topic.partitions();
        }
        PartitionLog log = topic.partition(partition);
        if (log == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + topic.name() + "' has no partition " + partition
                    + ", only " + topic.partitions().size() + ".");
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
