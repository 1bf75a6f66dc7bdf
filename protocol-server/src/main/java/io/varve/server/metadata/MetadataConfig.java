// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.log.config.BatchRules;
import io.varve.server.metadata.config.BrokerConfigKeys;
import io.varve.server.metadata.config.BrokerConfigLayers;
import io.varve.server.metadata.config.TopicConfigDefaults;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.log.MetadataException;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.TopicLimits;
import java.util.Map;

/**
 * What this room is configured with.
 *
 * @param nodeId {@code node.id}, 0 or more
 * @param rack {@code broker.rack}, or null
 * @param numPartitions {@code num.partitions}: of a topic whose creator does not say, at least 1
 * @param defaultReplicationFactor {@code default.replication.factor}: of a topic whose creator does not say; only 1 can be met
 * @param autoCreateTopics {@code auto.create.topics.enable}: make a topic when a client asks about one that is not there
 * @param deleteTopics {@code delete.topic.enable}: let clients delete topics
 * @param logDefaults the configured broker-wide defaults of topic settings, by the broker's names and in their units
 *     ({@code log.retention.hours}, {@code log.segment.bytes}, {@code message.max.bytes}, {@code compression.type}, ...; the list is
 *     {@link TopicConfigs#brokerNames()}); other keys are passed over
 * @param losses {@code log.loss.accepted}: what a start may go on without
 * @param limits of what clients can make
 * @param definitions what brokers can be configured with
 * @param batches how producers' batches are looked at; how they are compressed is a topic's
 */
public record MetadataConfig(
        int nodeId,
        String rack,
        int numPartitions,
        int defaultReplicationFactor,
        boolean autoCreateTopics,
        boolean deleteTopics,
        Map<String, String> logDefaults,
        AcceptedLosses losses,
        TopicLimits limits,
        BrokerConfigKeys definitions,
        BatchRules batches) {
    /**
     * @throws MetadataException if a log default is not what Kafka allows; the message names key and value
     */
    public MetadataConfig {
        logDefaults = Map.copyOf(logDefaults);
        if (nodeId < 0) {
            throw new MetadataException("node.id is " + nodeId + ", must be 0 or more");
        }
        if (numPartitions < 1) {
            throw new MetadataException("num.partitions is " + numPartitions + ", must be at least 1");
        }
        TopicConfigDefaults.check(BrokerConfigLayers.ofFile(logDefaults));
    }

    /** The same with the usual limits of what clients can make, and definitions of the defaults of topics' settings only. */
    public MetadataConfig(
            int nodeId,
            String rack,
            int numPartitions,
            int defaultReplicationFactor,
            boolean autoCreateTopics,
            boolean deleteTopics,
            Map<String, String> logDefaults,
            AcceptedLosses losses) {
        this(
                nodeId,
                rack,
                numPartitions,
                defaultReplicationFactor,
                autoCreateTopics,
                deleteTopics,
                logDefaults,
                losses,
                TopicLimits.DEFAULT,
                BrokerConfigKeys.OF_TOPICS,
                BatchRules.DEFAULT);
    }

    /**
     * @param limits of what clients can make
     * @return the same with these
     */
    public MetadataConfig withLimits(TopicLimits limits) {
        return new MetadataConfig(
                nodeId,
                rack,
                numPartitions,
                defaultReplicationFactor,
                autoCreateTopics,
                deleteTopics,
                logDefaults,
                losses,
                limits,
                definitions,
                batches);
    }

    /**
     * @param nodeId {@code node.id}
     * @return Kafka's defaults
     */
    public static MetadataConfig defaults(int nodeId) {
        return new MetadataConfig(nodeId, null, 1, 1, true, true, Map.of(), AcceptedLosses.NONE);
    }
}
