// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads one value of a file. A value that cannot be read is noted, and the caller gets one that can be worked
 * with, so that all that is wrong with a file is found at once.
 *
 * @param node the value
 * @param key with the keys above it
 * @param problems what is wrong with the file
 */
record YamlValue(Node node, String key, Problems problems) {
    /** What small blocks look like, for who writes a value in their place. */
    private static final Map<String, String> EXAMPLES = Map.ofEntries(
            Map.entry("keys", "{cardinality: 1000, skew: 0.8}"),
            Map.entry("batch", "{linger: 1s, max: 1MiB}"),
            Map.entry("lag", "{median: 1h, p99: 6h}"),
            Map.entry("rhythm", "{weekly: [1, 1, 1, 1, 1, 0.5, 0.5]}"),
            Map.entry("uniform", "{min: 200B, max: 2kB}"),
            Map.entry("lognormal", "{median: 1KiB, p99: 10KiB}"),
            Map.entry("timestamps", "{late: {share: 0.01, by: 2h}}"),
            Map.entry("shift", "{share: 0.01, by: 2h}"),
            Map.entry("topic-config", "{retention.ms: 3d}"),
            Map.entry("grid", "{retention.ms: [1d, 7d]}"));

    /** Notes what is wrong with this value. */
    void wrong(String advice) {
        problems.add(node, key, shown(), advice);
    }

    private String shown() {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        return node instanceof SequenceNode ? "a list" : "a block of keys";
    }

    /** @return a short text for the value, as it stands in the file */
    String label() {
        if (node instanceof MappingNode mapping) {
            return mapping.getValue().stream()
                    .map(tuple -> new YamlValue(tuple.getValueNode(), key, problems).label())
                    .collect(Collectors.joining("-"));
        }
        return node instanceof SequenceNode sequence
                ? sequence.getValue().stream()
                        .map(item -> new YamlValue(item, key, problems).label())
                        .collect(Collectors.joining(","))
                : shown();
    }

    boolean isBlock() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    private boolean isNothing() {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
    }

    /** @return the text, or nothing and a problem */
    Optional<String> text(String wanted) {
        if (node instanceof ScalarNode scalar && !isNothing()) {
            return Optional.of(scalar.getValue());
        }
        if (isNothing()) {
            problems.add(node, key, "", "has no value: give " + wanted);
        } else {
            wrong("must be " + wanted);
        }
        return Optional.empty();
    }

    /** @return the list's items; none and a problem if it is no list */
    List<YamlValue> items(String wanted) {
        if (!(node instanceof SequenceNode sequence)) {
            if (isNothing()) {
                problems.add(node, key, "", "has no value: give " + wanted);
            } else {
                wrong("must be " + wanted);
            }
            return List.of();
        }
        List<YamlValue> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            items.add(new YamlValue(item, key + "[" + items.size() + "]", problems));
        }
        return items;
    }

    /**
     * @param kind what kind of block it is, for the schema
     * @return its keys; none and a problem if it has none
     */
    Block block(String kind) {
        if (!(node instanceof MappingNode)) {
            String example = EXAMPLES.get(kind);
            problems.add(
                    node,
                    key,
                    isNothing() ? "" : shown(),
                    "must be a block of keys" + (example == null ? ": see docs/experiments.md" : ", as " + example));
        }
        return new Block(kind, this);
    }

    /** @return bytes within the range, both inclusive */
    long bytes(long fallback, long min, long max) {
        return quantity(Quantities.SIZE, Quantities::bytes, Quantities::size, new Range(fallback, min, max));
    }

    /** @return ms within the range, both inclusive */
    long millis(long fallback, long min, long max) {
        return quantity(Quantities.DURATION, Quantities::millis, Quantities::duration, new Range(fallback, min, max));
    }

    /** @return a whole number within the range, both inclusive */
    long whole(long fallback, long min, long max) {
        return quantity("a whole number", YamlValue::parseWhole, String::valueOf, new Range(fallback, min, max));
    }

    private static OptionalLong parseWhole(String text) {
        String digits = text.strip().replace("_", "");
        return digits.matches("-?[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    private record Range(long fallback, long min, long max) {}

    private long quantity(
            String wanted, Function<String, OptionalLong> parse, Function<Long, String> format, Range range) {
        Optional<String> text = text(wanted);
        if (text.isEmpty()) {
            return range.fallback;
        }
        OptionalLong parsed = parse.apply(text.get());
        if (parsed.isEmpty()) {
            wrong("must be " + wanted);
            return range.fallback;
        }
        long value = parsed.getAsLong();
        if (value < range.min || value > range.max) {
            wrong("must be from " + format.apply(range.min) + " to " + format.apply(range.max));
            return range.fallback;
        }
        return value;
    }

    /** @return a number within the range, both inclusive */
    double number(double fallback, double min, double max) {
        Optional<String> text = text("a number");
        if (text.isEmpty()) {
            return fallback;
        }
        boolean percent = text.get().strip().endsWith("%");
        String digits =
                percent ? text.get().strip().replace("%", "") : text.get().strip();
        if (!digits.matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?([eE]-?[0-9]{1,2})?")) {
            wrong("must be a number");
            return fallback;
        }
        double value = Double.parseDouble(digits) / (percent ? 100 : 1);
        if (value < min || value > max) {
            wrong("must be from " + plain(min) + " to " + plain(max));
            return fallback;
        }
        return value;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** @return a rate above 0 */
    Rate rate(Rate fallback) {
        Optional<String> text = text(Quantities.RATE);
        Optional<Rate> rate = text.flatMap(Quantities::rate);
        if (text.isPresent() && rate.isEmpty()) {
            wrong("must be above 0 and " + Quantities.RATE);
        }
        return rate.orElse(fallback);
    }

    /** @return the constant that the text names in lower case */
    <E extends Enum<E>> E choice(E fallback, Stream<E> choices) {
        List<E> known = choices.toList();
        List<String> names = known.stream().map(YamlValue::name).toList();
        Optional<String> text = text("one of " + String.join(", ", names));
        if (text.isEmpty()) {
            return fallback;
        }
        int index = names.indexOf(text.get().strip());
        if (index < 0) {
            wrong("must be one of " + names.stream().collect(Collectors.joining(", "))
                    + Spelling.nearest(text.get(), names)
                            .map(meant -> "; did you mean " + meant + "?")
                            .orElse(""));
            return fallback;
        }
        return known.get(index);
    }

    /** @return how a constant is written in files */
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
