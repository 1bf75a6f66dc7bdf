// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Map;

/**
 * Describes a topic.
 *
 * @param name the topic's name
 * @param partitions how many, at least 1
 * @param config Kafka's topic settings by name: sizes in bytes, times in ms, as Kafka has them. A policy's
 *     settings are stronger ({@link PolicySpec#settingsOf})
 */
public record TopicSpec(String name, int partitions, Map<String, String> config) {
    /** Copies the settings. */
    public TopicSpec {
        config = Ordered.copy(config);
    }
}
