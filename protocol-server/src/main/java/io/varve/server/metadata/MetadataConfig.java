// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.log.config.BatchRules;
import io.varve.server.metadata.config.BrokerConfigKeys;
import io.varve.server.metadata.config.BrokerConfigLayers;
import io.varve.server.metadata.config.TopicConfigDefaults;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.TopicsConfig;
import java.util.Map;

/**
 * The settings of {@link ClusterMetadata}.
 *
 * @param nodeId {@code node.id}, 0 or more
 * @param rack {@code broker.rack}, or null
 * @param topics what topics get by default, and what clients may do with them
 * @param logDefaults the broker-wide defaults of topic settings that are configured, by the broker's names
 *     and in their units ({@code log.retention.hours}, {@code log.segment.bytes}, {@code message.max.bytes},
 *     {@code compression.type}, ...; the list is {@link TopicConfigDefaults#names()}); other keys are ignored
 * @param losses {@code log.loss.accepted}: what may be missing at a start
 * @param brokerKeys what brokers can be configured with
 * @param batches how producers' batches are checked; how they are compressed is a topic's setting
 */
public record MetadataConfig(
        int nodeId,
        String rack,
        TopicsConfig topics,
        Map<String, String> logDefaults,
        AcceptedLosses losses,
        BrokerConfigKeys brokerKeys,
        BatchRules batches) {
    /**
     * @throws MetadataException {@code node.id} is negative, or a log default is not what Kafka allows; the
     *     message names key and value
     */
    public MetadataConfig {
        logDefaults = Map.copyOf(logDefaults);
        if (nodeId < 0) {
            throw new MetadataException("node.id is " + nodeId + ", must be 0 or more");
        }
        TopicConfigDefaults.check(BrokerConfigLayers.ofFile(logDefaults));
        if (topics.tiered()) {
            TopicConfigDefaults.checkLocalRetention(BrokerConfigLayers.ofFile(logDefaults));
        }
    }

    /**
     * @param nodeId {@code node.id}
     * @return settings with Kafka's defaults
     */
    public static MetadataConfig defaults(int nodeId) {
        return new MetadataConfig(
                nodeId,
                null,
                TopicsConfig.DEFAULT,
                Map.of(),
                AcceptedLosses.NONE,
                BrokerConfigKeys.OF_TOPICS,
                BatchRules.DEFAULT);
    }

    /** @return a copy with other settings about topics */
    public MetadataConfig withTopics(TopicsConfig other) {
        return new MetadataConfig(nodeId, rack, other, logDefaults, losses, brokerKeys, batches);
    }

    /** @return a copy with other defaults of topic settings, by the broker's names */
    public MetadataConfig withLogDefaults(Map<String, String> other) {
        return new MetadataConfig(nodeId, rack, topics, other, losses, brokerKeys, batches);
    }

    /** @return a copy with other accepted losses */
    public MetadataConfig withLosses(AcceptedLosses other) {
        return new MetadataConfig(nodeId, rack, topics, logDefaults, other, brokerKeys, batches);
    }

    /** @return a copy with other keys that brokers can be configured with */
    public MetadataConfig withBrokerKeys(BrokerConfigKeys other) {
        return new MetadataConfig(nodeId, rack, topics, logDefaults, losses, other, batches);
    }
}
