// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a scenario's block. */
final class ScenarioReader {
    /** A Monday. */
    static final Instant START = Instant.parse("2026-06-01T00:00:00Z");

    static final long MAX_MS = 3_660L * 86_400_000;
    static final String POLICIES = "policies";
    private static final long MINUTE = 60_000;
    private static final int MAX_SAMPLES = 1_000_000;
    private static final int MAX_SCALE = 1_000_000;

    private final Block block;
    private Optional<TrafficReader> producers = Optional.empty();

    ScenarioReader(Block block) {
        this.block = block;
    }

    /** @return the scenario; if there are problems, one that nobody may run */
    Scenario read() {
        Scenario trace = readTrace();
        PolicyReader policies =
                new PolicyReader(trace.environment().backend(), trace.traffic().topics());
        List<PolicySpec> tried =
                block.require(POLICIES, PolicyReader.WANTED).map(policies::read).orElse(List.of());
        checkKeys(trace.traffic().topics(), tried);
        return trace.with(tried);
    }

    /** Notes producers without keys whose topic a policy compacts; when the scenario is read. */
    void checkKeys(List<TopicSpec> topics, List<PolicySpec> policies) {
        producers.ifPresent(reader -> reader.checkKeys(topics, policies));
    }

    /** @return the scenario without its policies, if it has any */
    Scenario readTrace() {
        String name = block.require("name", "a short name")
                .flatMap(field -> field.text("a short name"))
                .orElse("");
        String description =
                block.find("description").flatMap(field -> field.text("a text")).orElse("");
        Timing timing = timing();
        Environment environment = new EnvironmentReader(block).read();
        TrafficReader reader = new TrafficReader(block, environment.backend());
        Traffic traffic = reader.read();
        producers = Optional.of(reader);
        block.find(POLICIES);
        List<Constraint> constraints = ConstraintReader.readAll(block);
        block.end();
        return new Scenario(name, description, timing, environment, traffic, List.of(), constraints);
    }

    private Timing timing() {
        long seed = block.find("seed")
                .map(field -> field.whole(1, -Long.MAX_VALUE, Long.MAX_VALUE))
                .orElse(1L);
        long start = block.find("start").map(ScenarioReader::start).orElse(START.toEpochMilli());
        long duration = block.require("duration", Quantities.DURATION)
                .map(field -> field.millis(MINUTE, 1_000, MAX_MS))
                .orElse(MINUTE);
        long least = Math.max(1_000, duration / MAX_SAMPLES);
        long usual = Math.min(duration, Math.max(least, duration / 500 / MINUTE * MINUTE));
        long sample = block.find("sample")
                .map(field -> field.millis(usual, least, duration))
                .orElse(usual);
        return new Timing(
                seed,
                start,
                duration,
                sample,
                block.find("scale").map(this::scale).orElse(1));
    }

    private static long start(YamlValue field) {
        String wanted = "a time in UTC, as 2026-06-01T00:00:00Z or 2026-06-01";
        Optional<String> text = field.text(wanted);
        if (text.isEmpty()) {
            return START.toEpochMilli();
        }
        try {
            String time = text.get().strip();
            Instant start = time.contains("T")
                    ? Instant.parse(time)
                    : LocalDate.parse(time).atStartOfDay(ZoneOffset.UTC).toInstant();
            if (start.isAfter(Instant.EPOCH) && start.isBefore(Instant.parse("2200-01-01T00:00:00Z"))) {
                return start.toEpochMilli();
            }
            field.wrong("must be after 1970 and before 2200");
        } catch (DateTimeException e) {
            field.wrong("must be " + wanted);
        }
        return START.toEpochMilli();
    }

    private int scale(YamlValue field) {
        String wanted = "1, or 1/N with N from 1 to " + MAX_SCALE + ", as 1/1000";
        String text = field.text(wanted).map(String::strip).orElse("1");
        if (text.equals("1")) {
            return 1;
        }
        if (text.matches("1 ?/ ?[0-9]{1,7}")) {
            int scale = Integer.parseInt(text.substring(text.indexOf('/') + 1).strip());
            if (scale >= 1 && scale <= MAX_SCALE) {
                return scale;
            }
        }
        field.wrong("must be " + wanted);
        return 1;
    }

    /** Notes a name that stands for two things of a kind. */
    static void once(Set<String> names, String name, YamlValue field, String what) {
        if (!name.isEmpty() && !names.add(name)) {
            field.wrong("there is a " + what + " of this name already: give each its own");
        }
    }
}
