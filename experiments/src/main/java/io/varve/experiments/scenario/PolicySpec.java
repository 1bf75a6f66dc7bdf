// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the settings that are tried.
 *
 * @param name its name in results
 * @param settings settings of every topic, as {@link TopicSpec#config} has them
 * @param byTopic settings of single topics, by the topic's name; stronger than those of every topic
 * @param backend settings of the storage; stronger than the scenario's
 * @param compression of every producer, instead of its own, if given
 */
public record PolicySpec(
        String name,
        Map<String, String> settings,
        Map<String, Map<String, String>> byTopic,
        Map<String, String> backend,
        Optional<CompressionSpec> compression) {
    /** Copies the maps. */
    public PolicySpec {
        settings = Ordered.copy(settings);
        byTopic = Ordered.copy(byTopic);
        backend = Ordered.copy(backend);
    }

    /**
     * @param topic one of the scenario's
     * @return its settings under this policy
     */
    public Map<String, String> settingsOf(TopicSpec topic) {
        Map<String, String> all = new LinkedHashMap<>(topic.config());
        all.putAll(settings);
        all.putAll(byTopic.getOrDefault(topic.name(), Map.of()));
        return all;
    }
}
