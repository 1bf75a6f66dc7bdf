// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Gathers the settings of a policy while it is read. Not thread-safe. */
final class PolicySettings {
    private final Map<String, String> topics = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> byTopic = new LinkedHashMap<>();
    private final Map<String, String> backend = new LinkedHashMap<>();
    private Optional<CompressionSpec> compression = Optional.empty();

    void topics(String key, String value) {
        topics.put(key, value);
    }

    void topic(String name, Map<String, String> settings) {
        byTopic.put(name, settings);
    }

    void backend(String key, String value) {
        backend.put(key, value);
    }

    void compression(CompressionSpec other) {
        compression = Optional.of(other);
    }

    /** @return a copy with others, which are stronger */
    PolicySettings with(PolicySettings others) {
        PolicySettings both = new PolicySettings();
        both.topics.putAll(topics);
        both.topics.putAll(others.topics);
        both.byTopic.putAll(byTopic);
        both.byTopic.putAll(others.byTopic);
        both.backend.putAll(backend);
        both.backend.putAll(others.backend);
        both.compression = others.compression.or(() -> compression);
        return both;
    }

    PolicySpec named(String name) {
        return new PolicySpec(name, topics, byTopic, backend, compression);
    }
}
