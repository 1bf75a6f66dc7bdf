// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * The keys that brokers can be configured with.
 *
 * @param keys type, default, validator and documentation of each key
 * @param dynamic the keys that can be set while running; all others of {@code keys} cannot
 */
public record BrokerConfigKeys(Map<String, ConfigKey> keys, Set<String> dynamic) {
    private static final List<ConfigDef> KAFKAS =
            List.of(LogConfig.SERVER_CONFIG_DEF, ServerConfigs.CONFIG_DEF, CleanerConfig.CONFIG_DEF);

    /** The defaults of topics' settings, and nothing else. */
    public static final BrokerConfigKeys OF_TOPICS = new BrokerConfigKeys(ofTopics(), dynamicOfTopics());

    /** Copies the collections. */
    public BrokerConfigKeys {
        keys = Map.copyOf(keys);
        dynamic = Set.copyOf(dynamic);
    }

    /**
     * @param name a broker's key
     * @return Kafka's own definition of it, or null if it has none in the libraries used here
     */
    public static ConfigKey kafkas(String name) {
        for (ConfigDef part : KAFKAS) {
            ConfigKey key = part.configKeys().get(name);
            if (key != null) {
                return key;
            }
        }
        return null;
    }

    private static Map<String, ConfigKey> ofTopics() {
        Map<String, ConfigKey> keys = new HashMap<>();
        LogConfig.configKeys()
                .forEach((topicKey, definition) -> TopicConfigDefaults.synonyms(topicKey)
                        .forEach(synonym -> {
                            ConfigKey known = kafkas(synonym.name());
                            keys.put(synonym.name(), known == null ? renamed(definition, synonym.name()) : known);
                        }));
        return keys;
    }

    private static ConfigKey renamed(ConfigKey key, String name) {
        return new ConfigDef()
                .define(name, key.type, key.defaultValue, key.validator, key.importance, key.documentation)
                .configKeys()
                .get(name);
    }

    /**
     * Lists, as Kafka does, the strongest key of each topic setting: {@code log.retention.ms}, not
     * {@code log.retention.hours}.
     */
    private static Set<String> dynamicOfTopics() {
        return new HashSet<>(ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.values());
    }
}
