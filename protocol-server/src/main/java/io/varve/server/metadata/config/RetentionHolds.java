// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.retention.Hold;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * Reads the holds among a topic's settings. {@code varve.hold.NAME} is a list of ranges, each
 * {@code PARTITION:FROM-TO}: the offsets from FROM, inclusive, to TO, exclusive. Without TO a range has no
 * end. {@code *} stands for every partition. Immutable.
 */
public final class RetentionHolds {
    /** What the name of a hold's setting begins with. */
    public static final String PREFIX = "varve.hold.";

    private static final String DOCUMENTATION =
            "Pins records until it is deleted: a list of PARTITION:FROM-TO, TO exclusive"
                    + " and optional, * for every partition. Neither retention nor DeleteRecords removes what it pins.";

    /** The row of the holds among Varve's own settings. */
    static final OwnTopicConfig CONFIG = OwnTopicConfig.prefixed(
            new ConfigDef()
                    .define(PREFIX, ConfigDef.Type.LIST, List.of(), ConfigDef.Importance.MEDIUM, DOCUMENTATION)
                    .configKeys()
                    .get(PREFIX),
            (configs, set) -> configs.with(of(set)));

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,100}");
    private static final Pattern RANGE = Pattern.compile("(\\*|\\d{1,10}):(\\d{1,19})-(\\d{1,19})?");
    private static final int EVERY = -1;

    private record Range(int partition, Hold hold) {}

    /** Nothing is pinned. */
    static final RetentionHolds NONE = new RetentionHolds(List.of());

    private final List<Range> ranges;

    private RetentionHolds(List<Range> ranges) {
        this.ranges = ranges;
    }

    /**
     * @param settings holds, by the settings' names
     * @return what they pin
     * @throws InvalidConfigurationException naming the setting and what is wrong with it
     */
    static RetentionHolds of(Map<String, String> settings) {
        List<Range> ranges = new ArrayList<>();
        new TreeMap<>(settings).forEach((key, value) -> ranges.addAll(parse(key, value)));
        return new RetentionHolds(List.copyOf(ranges));
    }

    /**
     * @param key the name of a setting
     * @return true if it is a hold's
     */
    public static boolean isHold(String key) {
        return key.startsWith(PREFIX);
    }

    /** @return the settings that are holds */
    public static Map<String, String> only(Map<String, String> settings) {
        Map<String, String> holds = new TreeMap<>(settings);
        holds.keySet().removeIf(key -> !isHold(key));
        return holds;
    }

    /** @return what is pinned of a partition */
    List<Hold> of(int partition) {
        if (ranges.isEmpty()) { // as with nearly all of the partitions that a start asks for
            return List.of();
        }
        return ranges.stream()
                .filter(range -> range.partition == EVERY || range.partition == partition)
                .map(Range::hold)
                .toList();
    }

    private static List<Range> parse(String key, String value) {
        String name = key.substring(PREFIX.length());
        if (!NAME.matcher(name).matches()) {
            throw wrong(key, value, "the name after " + PREFIX + " must be 1 to 100 of a-z, A-Z, 0-9, '.', '_', '-'");
        }
        List<Range> ranges = new ArrayList<>();
        for (String word : value.split(",", -1)) {
            ranges.add(range(key, name, word.trim()));
        }
        return ranges;
    }

    private static Range range(String key, String name, String word) {
        Matcher matcher = RANGE.matcher(word);
        if (!matcher.matches()) {
            throw wrong(
                    key,
                    word,
                    "must be PARTITION:FROM-TO or PARTITION:FROM-, for instance 0:100-200; to release a hold, delete it");
        }
        try {
            int partition = matcher.group(1).equals("*") ? EVERY : Integer.parseInt(matcher.group(1));
            long from = Long.parseLong(matcher.group(2));
            long to = matcher.group(3) == null ? Long.MAX_VALUE : Long.parseLong(matcher.group(3));
            if (from >= to) {
                throw wrong(key, word, "the first offset must be below the last, which is exclusive");
            }
            return new Range(partition, new Hold(name, from, to));
        } catch (NumberFormatException e) {
            throw wrong(key, word, "a number in it is too large");
        }
    }

    private static InvalidConfigurationException wrong(String key, String value, String why) {
        return new InvalidConfigurationException("Invalid value " + value + " for configuration " + key + ": " + why);
    }
}
