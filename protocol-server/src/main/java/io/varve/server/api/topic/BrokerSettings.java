// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.TopicConfigs;
import io.varve.server.metadata.TopicConfigs.Source;
import io.varve.server.metadata.TopicConfigs.Synonym;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The broker's settings by name: those of topics' defaults, and those other rooms tell of. */
final class BrokerSettings {
    private BrokerSettings() {}

    static Collection<BrokerSetting> of(MetadataConfig config, TopicConfigs topics, List<BrokerSetting> others) {
        SortedMap<String, BrokerSetting> settings = new TreeMap<>();
        for (TopicConfigs.Setting setting : topics.settings(Map.of())) {
            Synonym inForce = setting.synonyms().get(0);
            boolean ofBroker = !inForce.name().equals(setting.key().name)
                    || TopicConfigs.brokerNames().contains(inForce.name());
            if (ofBroker) {
                put(settings, inForce.name(), inForce.value(), inForce.source() == Source.BROKER);
            }
        }
        put(settings, "node.id", config.nodeId(), true);
        put(settings, "broker.rack", config.rack(), config.rack() != null);
        put(settings, "num.partitions", config.numPartitions(), config.numPartitions() != 1);
        put(
                settings,
                "default.replication.factor",
                config.defaultReplicationFactor(),
                config.defaultReplicationFactor() != 1);
        put(settings, "auto.create.topics.enable", config.autoCreateTopics(), !config.autoCreateTopics());
        put(settings, "delete.topic.enable", config.deleteTopics(), !config.deleteTopics());
        others.forEach(setting -> settings.put(setting.name(), setting));
        return List.copyOf(settings.values());
    }

    private static void put(Map<String, BrokerSetting> settings, String name, Object value, boolean configured) {
        settings.put(name, new BrokerSetting(name, value == null ? null : value.toString(), configured, false));
    }
}
