// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import io.varve.core.log.config.BatchRules;
import io.varve.core.log.config.PartitionConfig;
import io.varve.server.metadata.config.TopicConfigs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * Checks topics' settings, and turns them into partitions' configurations, by the server's own definitions.
 * Immutable.
 */
public final class TopicSettings {
    private final TopicConfigs configs;

    /** @param tiered true if the storage has a remote tier */
    public TopicSettings(boolean tiered) {
        configs = new TopicConfigs(Map.of(), BatchRules.DEFAULT, tiered);
    }

    /** @return the names of all settings */
    List<String> names() {
        return configs.settings(Map.of()).stream()
                .map(entry -> entry.key().name)
                .toList();
    }

    /**
     * @param settings of a new topic, in Kafka's units
     * @return what is wrong with them, as the server would say it; empty if nothing is
     */
    Optional<String> problem(Map<String, String> settings) {
        try {
            configs.validateNew(settings);
            return Optional.empty();
        } catch (InvalidConfigurationException | ConfigException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * @param settings of a topic of any cluster, in Kafka's units
     * @return those of them that this server knows and takes, without those that are the default
     */
    public Map<String, String> different(Map<String, String> settings) {
        Map<String, String> different = new TreeMap<>(settings);
        different.keySet().removeAll(without(settings));
        configs.settings(Map.of()).forEach(entry -> different.remove(entry.key().name, entry.value()));
        return different;
    }

    /**
     * @param settings of a topic of any cluster, in Kafka's units
     * @return the names of those that this server does not know, or does not take
     */
    public List<String> without(Map<String, String> settings) {
        List<String> known = names();
        return settings.entrySet().stream()
                .filter(entry -> !known.contains(entry.getKey())
                        || problem(Map.of(entry.getKey(), entry.getValue())).isPresent())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /**
     * @param topic a topic's name: its partitions' segments end at times of their own, the same in each run
     * @param partition which partition, from 0
     * @param settings of the topic, valid
     * @return the partition's configuration
     */
    public PartitionConfig partition(String topic, int partition, Map<String, String> settings) {
        return configs.partitionConfigs(settings).of(id(topic), partition);
    }

    /** @return an id that a topic of this name always has */
    private static Uuid id(String topic) {
        UUID id = UUID.nameUUIDFromBytes(topic.getBytes(StandardCharsets.UTF_8));
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
