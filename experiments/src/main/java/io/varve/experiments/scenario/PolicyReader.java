// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads policies: a list of them, or a grid of settings of which each combination is one. */
final class PolicyReader {
    static final String WANTED =
            "a list of policies, as - {name: a-day, retention.ms: 1d}, or grid: {retention.ms: [1d, 7d]}";

    private static final int MAX_POLICIES = 1_000;
    private static final String COMPRESSION = "compression";

    private final TopicSettingReader topicSettings;
    private final BackendSettings backendSettings;
    private final List<TopicSpec> topics;

    /** @param topics those of the scenario; empty if they are not known yet */
    PolicyReader(BackendSpec backend, List<TopicSpec> topics) {
        topicSettings = new TopicSettingReader(backend);
        backendSettings = new BackendSettings(backend);
        this.topics = topics;
    }

    List<PolicySpec> read(YamlValue field) {
        List<PolicySpec> policies = field.isBlock() ? grid(field) : list(field);
        if (policies.isEmpty()) {
            if (field.isBlock() || field.isList()) {
                field.wrong("must have a policy at least: give " + WANTED);
            }
        } else if (policies.size() > MAX_POLICIES) {
            field.wrong("has " + policies.size() + " policies: must be at most " + MAX_POLICIES);
        }
        return policies;
    }

    private List<PolicySpec> list(YamlValue field) {
        List<PolicySpec> policies = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (YamlValue item : field.items(WANTED)) {
            Block block = item.block("policy");
            String name = block.require("name", "a short name")
                    .map(value -> {
                        String text = value.text("a short name").orElse("");
                        ScenarioReader.once(names, text, value, "policy");
                        return text;
                    })
                    .orElse("");
            PolicySettings settings = settings(block);
            policies.add(settings.named(name));
            check(policies.get(policies.size() - 1), item);
        }
        return policies;
    }

    private PolicySettings settings(Block block) {
        PolicySettings settings = new PolicySettings();
        block.find(COMPRESSION).ifPresent(value -> settings.compression(ProducerReader.compression(value)));
        block.find("topics").ifPresent(value -> byTopic(value, settings));
        block.others().forEach(entry -> setting(block, entry.getKey(), entry.getValue(), settings));
        return settings;
    }

    private void byTopic(YamlValue field, PolicySettings settings) {
        Block block = field.block("policy-topics");
        block.others().forEach(entry -> {
            if (!topics.isEmpty()
                    && topics.stream().noneMatch(topic -> topic.name().equals(entry.getKey()))) {
                List<String> names = topics.stream().map(TopicSpec::name).toList();
                block.wrongKey(entry.getKey(), "is none of the topics: " + Spelling.advice(entry.getKey(), names));
            }
            settings.topic(entry.getKey(), topicSettings.read(entry.getValue().block("topic-config")));
        });
    }

    private void setting(Block block, String key, YamlValue value, PolicySettings settings) {
        if (topicSettings.contains(key)) {
            topicSettings.value(key, value).ifPresent(text -> settings.topics(key, text));
        } else if (backendSettings.contains(key)) {
            backendSettings.read(key, value).ifPresent(text -> settings.backend(key, text));
        } else {
            Set<String> known = new TreeSet<>(topicSettings.names());
            known.addAll(backendSettings.names());
            known.addAll(List.of("name", "topics", COMPRESSION));
            block.wrongKey(
                    key,
                    "is no setting of a topic or of the storage: "
                            + Spelling.nearest(key, known)
                                    .map(meant -> "did you mean " + meant + "?")
                                    .orElse("see docs/experiments.md"));
        }
    }

    private List<PolicySpec> grid(YamlValue field) {
        Block block = field.block("policies");
        PolicySettings base = block.find("base")
                .map(value -> settings(value.block("policy-base")))
                .orElse(new PolicySettings());
        Optional<YamlValue> grid = block.require("grid", "lists of values, as {retention.ms: [1d, 7d]}");
        block.end();
        if (grid.isEmpty()) {
            return List.of();
        }
        Block axes = grid.get().block("grid");
        List<Map.Entry<String, PolicySettings>> all = List.of(Map.entry("", base));
        List<Map.Entry<String, YamlValue>> lists = new ArrayList<>();
        axes.find(COMPRESSION).ifPresent(value -> lists.add(Map.entry(COMPRESSION, value)));
        lists.addAll(axes.others());
        for (Map.Entry<String, YamlValue> axis : lists) {
            if (all.size() > MAX_POLICIES) {
                break;
            }
            all = product(all, axes, axis);
        }
        List<PolicySpec> policies = new ArrayList<>();
        for (Map.Entry<String, PolicySettings> each : all) {
            policies.add(each.getValue().named(each.getKey()));
            check(policies.get(policies.size() - 1), grid.get());
        }
        return lists.isEmpty() ? List.of() : policies;
    }

    private List<Map.Entry<String, PolicySettings>> product(
            List<Map.Entry<String, PolicySettings>> all, Block axes, Map.Entry<String, YamlValue> axis) {
        String key = axis.getKey();
        List<Map.Entry<String, PolicySettings>> product = new ArrayList<>();
        List<YamlValue> values = axis.getValue().items("a list of values to try, as [1d, 7d]");
        Map<String, PolicySettings> each = new LinkedHashMap<>();
        for (YamlValue value : values) {
            PolicySettings one = new PolicySettings();
            if (key.equals(COMPRESSION)) {
                one.compression(ProducerReader.compression(value));
            } else {
                setting(axes, key, value, one);
            }
            if (each.put(key + "=" + value.label(), one) != null) {
                value.wrong("stands here twice: remove one of them");
            }
        }
        for (Map.Entry<String, PolicySettings> before : all) {
            each.forEach((name, settings) -> product.add(Map.entry(
                    before.getKey().isEmpty() ? name : before.getKey() + " " + name,
                    before.getValue().with(settings))));
        }
        return product;
    }

    /** Notes settings of a topic that do not fit together. */
    private void check(PolicySpec policy, YamlValue at) {
        List<TopicSpec> checked = topics.isEmpty() ? List.of(new TopicSpec("", 1, Map.of())) : topics;
        for (TopicSpec topic : checked) {
            topicSettings
                    .problem(policy.settingsOf(topic))
                    .ifPresent(message -> at.wrong("policy " + policy.name() + ": " + message));
        }
    }
}
