// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads settings of topics: with units in files, in Kafka's units in specs. */
final class TopicSettingReader {
    private static final Pattern SAID_ALREADY = Pattern.compile("^Invalid value .* for configuration [a-z.]+(: )?");
    private static final String UNLIMITED = "unlimited";

    private final TopicSettings settings;
    private final List<String> names;

    TopicSettingReader(BackendSpec backend) {
        settings = new TopicSettings(backend.kind() == BackendSpec.Kind.S3);
        names = settings.names();
    }

    List<String> names() {
        return names;
    }

    boolean contains(String key) {
        return names.contains(key);
    }

    /** @return all that is left of a block */
    Map<String, String> read(Block block) {
        Map<String, String> read = new LinkedHashMap<>();
        block.others().forEach(entry -> {
            if (contains(entry.getKey())) {
                value(entry.getKey(), entry.getValue()).ifPresent(value -> read.put(entry.getKey(), value));
            } else {
                block.wrongKey(entry.getKey(), "is no setting of a topic: " + Spelling.advice(entry.getKey(), names));
            }
        });
        return read;
    }

    /** @return the value in Kafka's units; empty and a problem if it is wrong */
    Optional<String> value(String key, YamlValue field) {
        if (field.isList()) {
            return list(field);
        }
        String wanted = wanted(key);
        Optional<String> text = field.text(wanted).map(String::strip);
        if (text.isEmpty()) {
            return text;
        }
        Optional<String> value = inKafkasUnits(key, text.get());
        if (value.isEmpty()) {
            field.wrong("must be " + wanted);
            return value;
        }
        Optional<String> problem = settings.problem(Map.of(key, value.get()));
        problem.ifPresent(message -> field.wrong(shortened(message)));
        return problem.isPresent() ? Optional.empty() : value;
    }

    private static Optional<String> list(YamlValue field) {
        List<String> words = field.items("a list").stream()
                .map(item -> item.text("a word"))
                .flatMap(Optional::stream)
                .toList();
        return Optional.of(String.join(",", words));
    }

    private static String wanted(String key) {
        if (key.endsWith(".ms")) {
            return Quantities.DURATION + ", or a number of ms, or " + UNLIMITED;
        }
        return key.endsWith(".bytes") ? Quantities.SIZE + ", or " + UNLIMITED : "a value";
    }

    private static Optional<String> inKafkasUnits(String key, String text) {
        boolean time = key.endsWith(".ms");
        if (!time && !key.endsWith(".bytes") || text.matches("-?[0-9]{1,19}")) {
            return Optional.of(text);
        }
        if (text.equals(UNLIMITED)) {
            return Optional.of("-1");
        }
        var value = time ? Quantities.millis(text) : Quantities.bytes(text);
        return value.isPresent() ? Optional.of(Long.toString(value.getAsLong())) : Optional.empty();
    }

    /** Notes settings that do not fit together. */
    void check(Map<String, String> together, Block at) {
        settings.problem(together).ifPresent(message -> at.wrong(shortened(message)));
    }

    /** @return what is wrong with settings that do not fit together, if anything is */
    Optional<String> problem(Map<String, String> together) {
        return settings.problem(together);
    }

    private static String shortened(String message) {
        String rest = SAID_ALREADY.matcher(message).replaceFirst("");
        return rest.isEmpty() ? message : Character.toLowerCase(rest.charAt(0)) + rest.substring(1);
    }
}
