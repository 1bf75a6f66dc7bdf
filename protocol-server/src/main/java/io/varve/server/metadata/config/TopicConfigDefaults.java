// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.retention.TierLimits;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import io.varve.server.metadata.log.MetadataException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
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

    /**
     * @throws MetadataException if a configured default is not what Kafka allows. It allows a topic to keep
     *     records for 0 ms, but not a broker
     */
    public static void check(BrokerConfigLayers layers) {
        resolve(layers).forEach((topicKey, origin) -> {
            if (topicKey.equals(TopicConfig.RETENTION_MS_CONFIG) && "0".equals(origin.value())) {
                throw new MetadataException(
                        wrong(origin.brokerKey(), origin.brokerValue()) + "must be -1 (no limit), or 1 or more");
            }
            if (topicKey.equals(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG) && "NaN".equals(origin.value())) {
                throw new MetadataException(
                        wrong(origin.brokerKey(), origin.brokerValue()) + "must be a number from 0 to 1");
            }
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

    /**
     * Checks as Kafka does that a local copy need not stay longer than the segment itself.
     *
     * @param layers valid each by itself
     * @throws MetadataException if {@code log.local.retention.ms} or {@code .bytes} exceeds
     *     {@code log.retention.ms} or {@code .bytes}
     */
    public static void checkLocalRetention(BrokerConfigLayers layers) {
        Map<String, Origin> set = resolve(layers);
        checkLocalRetention(set, TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG, TopicConfig.RETENTION_MS_CONFIG);
        checkLocalRetention(set, TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG);
    }

    /** @return the broker keys that {@link #checkLocalRetention} compares */
    static Set<String> ofRetention() {
        return Stream.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        TopicConfig.RETENTION_BYTES_CONFIG,
                        TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG,
                        TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG)
                .flatMap(topicKey -> names(topicKey).stream())
                .collect(Collectors.toSet());
    }

    private static void checkLocalRetention(Map<String, Origin> set, String localKey, String totalKey) {
        long local = number(set, localKey);
        long total = number(set, totalKey);
        if (total < 0 || local == TierLimits.AS_TOTAL || local >= 0 && local <= total) {
            return;
        }
        String totalName = names(totalKey).get(0);
        throw new MetadataException("Invalid value " + local + " for configuration "
                + names(localKey).get(0) + ": "
                + (local < 0
                        ? "Value must not be -1 as " + totalName + " value is set as " + total + "."
                        : "Value must not be more than " + totalName + " property value: " + total));
    }

    private static long number(Map<String, Origin> set, String topicKey) {
        Origin origin = set.get(topicKey);
        return origin == null
                ? ((Number) LogConfig.configKeys().get(topicKey).defaultValue).longValue()
                : Long.parseLong(origin.value());
    }

    // Kafka's own converter is not used: it logs a stack trace, skips values that are not numbers, and turns
    // -1, which means no limit, into -1 hours.
    private static String convert(String name, String configured) {
        TimeUnit unit = name.endsWith(".hours") ? TimeUnit.HOURS : name.endsWith(".minutes") ? TimeUnit.MINUTES : null;
        if (unit == null) {
            return configured.trim();
        }
        try {
            int value = Integer.parseInt(configured.trim());
            return Long.toString(value < 0 ? -1 : unit.toMillis(value));
        } catch (NumberFormatException e) {
            throw new MetadataException(
                    wrong(name, configured) + "must be a whole number, at most " + Integer.MAX_VALUE, e);
        }
    }

    private static String wrong(String key, String value) {
        return key + "=" + value + " is wrong: ";
    }
}
