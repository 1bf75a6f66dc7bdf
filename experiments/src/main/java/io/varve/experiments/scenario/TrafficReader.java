// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.TopicConfig;

/** Reads topics, producers and consumers. */
final class TrafficReader {
    private static final int MAX_PARTITIONS = 10_000;
    private static final String TOPICS = "a list of topics, as - {name: orders, partitions: 4}";
    private static final String PRODUCERS = "a list of producers, as - {topic: orders, rate: 5MB/s}";
    private static final String CONSUMERS = "a list of consumers, as - {name: billing, topic: orders, kind: tailing}";
    private static final String NAME = "a topic's name";

    private final Block scenario;
    private final TopicSettingReader settings;
    private final Map<YamlValue, ProducerSpec> producers = new LinkedHashMap<>();

    TrafficReader(Block scenario, BackendSpec backend) {
        this.scenario = scenario;
        settings = new TopicSettingReader(backend);
    }

    Traffic read() {
        List<TopicSpec> topics = new ArrayList<>();
        Set<String> names = new HashSet<>();
        scenario.require("topics", TOPICS)
                .ifPresent(list -> list.items(TOPICS).forEach(item -> topics.add(topic(item, names))));
        scenario.require("producers", PRODUCERS)
                .ifPresent(list ->
                        list.items(PRODUCERS).forEach(item -> producers.put(item, ProducerReader.read(item, names))));
        List<ConsumerSpec> consumers = new ArrayList<>();
        Set<String> readers = new HashSet<>();
        scenario.find("consumers")
                .ifPresent(list -> list.items(CONSUMERS)
                        .forEach(item -> consumers.add(ConsumerReader.read(item, names, readers))));
        return new Traffic(topics, List.copyOf(producers.values()), consumers);
    }

    /** Notes producers without keys whose topic a policy compacts: the log would refuse their records. */
    void checkKeys(List<TopicSpec> topics, List<PolicySpec> policies) {
        producers.forEach((field, producer) -> {
            if (producer.records().keys().cardinality() > 0) {
                return;
            }
            for (TopicSpec topic : topics) {
                policies.stream()
                        .filter(policy -> topic.name().equals(producer.topic()))
                        .filter(policy -> policy.settingsOf(topic)
                                .getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "")
                                .contains(TopicConfig.CLEANUP_POLICY_COMPACT))
                        .findFirst()
                        .ifPresent(policy -> field.block("producer")
                                .wrong("writes records without keys to " + topic.name() + ", which policy "
                                        + policy.name() + " compacts: set keys: {cardinality: 1000}"));
            }
        });
    }

    private TopicSpec topic(YamlValue field, Set<String> names) {
        Block block = field.block("topic");
        String name = block.require("name", NAME)
                .map(value -> {
                    String text = value.text(NAME).orElse("");
                    if (!text.matches("[a-zA-Z0-9._-]{1,249}") || text.matches("\\.{1,2}")) {
                        value.wrong("must be 1 to 249 letters, digits, dots, underscores or dashes");
                    }
                    ScenarioReader.once(names, text, value, "topic");
                    return text;
                })
                .orElse("");
        int partitions = block.find("partitions")
                .map(value -> (int) value.whole(1, 1, MAX_PARTITIONS))
                .orElse(1);
        Map<String, String> config = block.find("config")
                .map(value -> {
                    Block entries = value.block("topic-config");
                    Map<String, String> read = settings.read(entries);
                    settings.check(read, entries);
                    return read;
                })
                .orElse(Map.of());
        block.end(key -> settings.contains(key)
                ? Optional.of("it is a setting, which belongs into config: {" + key + ": ...}")
                : Optional.empty());
        return new TopicSpec(name, partitions, config);
    }

    /** @return the name of one of the topics */
    static String topicName(Block block, Set<String> names) {
        return block.require("topic", NAME)
                .map(field -> {
                    String name = field.text(NAME).orElse("");
                    if (!name.isEmpty() && !names.contains(name)) {
                        field.wrong("is none of the topics: "
                                + (names.isEmpty()
                                        ? "there are none"
                                        : Spelling.advice(
                                                name, names.stream().sorted().collect(Collectors.toList()))));
                    }
                    return name;
                })
                .orElse("");
    }
}
