// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes topics and producers as a file that {@link ScenarioFile} reads as the same. Not thread-safe. */
public final class TraceWriter {
    private static final int DECIMALS = 9;

    private final StringBuilder text = new StringBuilder();

    private TraceWriter() {}

    /**
     * Writes a trace: a scenario without policies.
     *
     * @param notes lines of comment at the begin of the file, without line breaks
     * @param name the trace's name
     * @param startMs where virtual time begins, in ms since the epoch
     * @param durationMs how long the traffic is to go on, in ms, above 0
     * @param topics those of the producers
     * @param producers who writes
     * @return the file's text
     */
    public static String write(
            List<String> notes,
            String name,
            long startMs,
            long durationMs,
            List<TopicSpec> topics,
            List<ProducerSpec> producers) {
        TraceWriter writer = new TraceWriter();
        notes.forEach(note -> writer.line(("# " + note).strip()));
        writer.line("name: " + word(name));
        writer.line("start: " + Instant.ofEpochMilli(startMs));
        writer.line("duration: " + Quantities.duration(durationMs));
        writer.line("topics:");
        topics.forEach(writer::topic);
        writer.line("producers:");
        producers.forEach(writer::producer);
        return writer.text.toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void topic(TopicSpec topic) {
        line("  - name: " + word(topic.name()));
        line("    partitions: " + topic.partitions());
        if (!topic.config().isEmpty()) {
            line("    config:");
            topic.config().forEach((key, value) -> line("      " + key + ": " + setting(key, value)));
        }
    }

    /** @return with a unit, where a file may have one */
    private static String setting(String key, String value) {
        if (value.matches("[0-9]{1,15}")) {
            if (key.endsWith(".ms")) {
                return Quantities.duration(Long.parseLong(value));
            }
            return key.endsWith(".bytes") ? Quantities.size(Long.parseLong(value)) : value;
        }
        return value.matches("-?[0-9.]+") ? value : word(value);
    }

    private void producer(ProducerSpec producer) {
        line("  - topic: " + word(producer.topic()));
        line("    rate: " + rate(producer.rate()));
        size(producer.records().size());
        KeySpec keys = producer.records().keys();
        if (keys.cardinality() > 0) {
            line("    keys: {cardinality: " + keys.cardinality() + ", skew: " + plain(keys.skew()) + "}");
        }
        if (producer.records().tombstones() > 0) {
            line("    tombstones: " + plain(producer.records().tombstones()));
        }
        BatchSpec batches = producer.batches();
        line("    batch: {linger: " + Quantities.duration(batches.lingerMs()) + ", max: "
                + Quantities.size(batches.maxBytes()) + "}");
        if (!batches.compression().equals(CompressionSpec.NONE)) {
            line("    compression: {codec: "
                    + YamlValue.name(batches.compression().codec()) + ", ratio: "
                    + plain(batches.compression().ratio()) + "}");
        }
        timestamps(producer.records().timestamps());
        rhythm(producer.rhythm());
    }

    private static String rate(Rate rate) {
        return plain(rate.perSecond()) + (rate.unit() == Rate.Unit.BYTES ? "B/s" : "/s");
    }

    private void size(RecordSize size) {
        if (size instanceof RecordSize.FixedSize fixed) {
            line("    record-size: " + Quantities.size(fixed.bytes()));
        } else if (size instanceof RecordSize.Uniform uniform) {
            line("    record-size: {uniform: {" + between(uniform.min(), uniform.max()) + "}}");
        } else if (size instanceof RecordSize.LogNormal normal) {
            line("    record-size: {lognormal: {median: " + Quantities.size(normal.median()) + ", p99: "
                    + Quantities.size(normal.p99()) + ", max: " + Quantities.size(normal.max()) + "}}");
        } else if (size instanceof RecordSize.Histogram histogram) {
            line("    record-size:");
            line("      histogram:");
            histogram
                    .buckets()
                    .forEach(bucket -> line("        - {" + between(bucket.min(), bucket.max()) + ", share: "
                            + plain(bucket.share()) + "}"));
        }
    }

    private static String between(int min, int max) {
        return "min: " + Quantities.size(min) + ", max: " + Quantities.size(max);
    }

    private void timestamps(TimestampSpec timestamps) {
        List<String> shifts = new ArrayList<>();
        shift("late", timestamps.late(), shifts);
        shift("future", timestamps.future(), shifts);
        if (!shifts.isEmpty()) {
            line("    timestamps: {" + String.join(", ", shifts) + "}");
        }
    }

    private static void shift(String name, TimestampSpec.Shift shift, List<String> shifts) {
        if (shift.share() > 0) {
            shifts.add(name + ": {share: " + plain(shift.share()) + ", by: " + Quantities.duration(shift.byMs()) + "}");
        }
    }

    private void rhythm(Rhythm rhythm) {
        boolean varies = !rhythm.daily().isEmpty()
                || !rhythm.weekly().isEmpty()
                || rhythm.pattern().isPresent();
        if (varies) {
            line("    rhythm:");
        }
        factors("      daily: ", rhythm.daily());
        factors("      weekly: ", rhythm.weekly());
        rhythm.pattern().ifPresent(pattern -> {
            line("      pattern:");
            line("        step: " + Quantities.duration(pattern.stepMs()));
            factors("        factors: ", pattern.factors());
        });
        if (!rhythm.bursts().isEmpty()) {
            line("    bursts:");
            rhythm.bursts()
                    .forEach(burst -> line("      - {every: " + Quantities.duration(burst.everyMs()) + ", length: "
                            + Quantities.duration(burst.lengthMs()) + ", factor: " + plain(burst.factor()) + "}"));
        }
    }

    private void factors(String key, List<Double> factors) {
        if (!factors.isEmpty()) {
            line(key + factors.stream().map(TraceWriter::plain).collect(Collectors.joining(", ", "[", "]")));
        }
    }

    /** @return the number without an exponent, to nine decimals */
    private static String plain(double number) {
        BigDecimal rounded = BigDecimal.valueOf(number).setScale(DECIMALS, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    /** @return the text, in quotes where YAML could take it for something else */
    private static String word(String text) {
        boolean plain = text.matches("[a-zA-Z][a-zA-Z0-9._,-]*")
                && !List.of("null", "true", "false").contains(text.toLowerCase(Locale.ROOT));
        return plain ? text : '"' + escaped(text) + '"';
    }

    private static String escaped(String text) {
        Map<Character, String> escapes = Map.of('"', "\\\"", '\\', "\\\\");
        StringBuilder escaped = new StringBuilder();
        for (char c : text.toCharArray()) {
            escaped.append(c < ' ' ? "\\u%04x".formatted((int) c) : escapes.getOrDefault(c, String.valueOf(c)));
        }
        return escaped.toString();
    }
}
