// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.server.metadata.config.ConfigEntry.Synonym;
import io.varve.server.metadata.log.MetadataException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Converts the broker-wide defaults of topic settings: {@code log.retention.hours} into {@code retention.ms}
 * and the like. Stateless.
 */
public final class TopicConfigDefaults {
    /** Where a default came from: its value in the topic's unit, and the broker's key and value behind it. */
    record Origin(String value, String brokerKey, String brokerValue) {}

    private TopicConfigDefaults() {}

    /** @return every broker key that stands for a topic setting */
    static Set<String> names() {
        Set<String> names = new HashSet<>();
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS
                .values()
                .forEach(list -> list.forEach(synonym -> names.add(synonym.name())));
        return names;
    }

    /**
     * @return the broker keys that stand for a topic setting, the strongest first; empty when there is none
     */
    static List<ConfigSynonym> synonyms(String topicKey) {
        return ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.getOrDefault(topicKey, List.of());
    }

    /** @return the names of {@link #synonyms} */
    static List<String> names(String topicKey) {
        return synonyms(topicKey).stream().map(ConfigSynonym::name).toList();
    }

    /** @return the configured default of each topic setting that has one */
    static Map<String, Origin> resolve(BrokerConfigLayers layers) {
        Map<String, Origin> resolved = new HashMap<>();
        for (String topicKey : LogConfig.configNames()) {
            List<Synonym> set = layers.of(names(topicKey));
            if (!set.isEmpty()) {
                Synonym strongest = set.get(0);
                resolved.put(
                        topicKey,
                        new Origin(convert(strongest.name(), strongest.value()), strongest.name(), strongest.value()));
            }
        }
        return resolved;
    }

    /** @throws MetadataException if a configured default is not what Kafka allows */
    public static void check(BrokerConfigLayers layers) {
        resolve(layers).forEach((topicKey, origin) -> {
            try {
                LogConfig.validate(Map.of(topicKey, origin.value()));
            } catch (ConfigException e) {
                throw new MetadataException(
                        wrong(origin.brokerKey(), origin.brokerValue())
                                + e.getMessage().substring(e.getMessage().indexOf(": ") + 2),
                        e);
            }
        });
    }

    // Kafka's own converter is not used: it logs a stack trace, skips values that are not numbers, and turns
    // -1, which means no limit, into -1 hours.
    private static String convert(String name, String configured) {
        TimeUnit unit = name.endsWith(".hours") ? TimeUnit.HOURS : name.endsWith(".minutes") ? TimeUnit.MINUTES : null;
        if (unit == null) {
            return configured.trim();
        }
        try {
            long value = Long.parseLong(configured.trim());
            return Long.toString(value < 0 ? -1 : unit.toMillis(value));
        } catch (NumberFormatException e) {
            throw new MetadataException(wrong(name, configured) + "must be a whole number", e);
        }
    }

    private static String wrong(String key, String value) {
        return key + "=" + value + " is wrong: ";
    }
}
