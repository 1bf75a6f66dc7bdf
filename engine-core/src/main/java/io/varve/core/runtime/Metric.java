// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.List;
import java.util.Objects;

/**
 * Defines one metric: what docs/metrics.md says of it, and what {@link Metrics} counts it under. Immutable.
 *
 * @param name by Prometheus' conventions: {@code varve_…}, base units, counters end in {@code _total}
 * @param kind how its values relate to each other
 * @param help what it means, one sentence
 * @param labels names of its labels, in the order of the values
 * @param buckets upper bounds of a histogram's buckets, rising; empty for other kinds
 */
public record Metric(String name, Kind kind, String help, List<String> labels, List<Double> buckets) {
    /** How a metric's values relate to each other. */
    public enum Kind {
        /** A sum that only grows while the process runs. */
        COUNTER,
        /** A value of this moment. */
        GAUGE,
        /** Numbers of values up to each of some bounds. */
        HISTOGRAM
    }

    /** Seconds, from a tenth of a millisecond to half a minute. */
    private static final List<Double> SECONDS = List.of(
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            30.0);

    private static final List<Double> SIZES = List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0);

    /** @throws IllegalArgumentException if the name breaks a convention, or a label has no place there */
    public Metric {
        Objects.requireNonNull(kind, "kind");
        labels = List.copyOf(labels);
        buckets = List.copyOf(buckets);
        if (!name.matches("varve_[a-z0-9_]+(?<!_info|_bucket|_count|_sum|_created)")
                || name.endsWith("_total") != (kind == Kind.COUNTER)) {
            throw new IllegalArgumentException(name + " breaks the conventions of names for a " + kind);
        }
        if (!labels.stream().allMatch(label -> label.matches("[a-z][a-z_]*"))) {
            throw new IllegalArgumentException(name + " has labels that cannot be: " + labels);
        }
        if (buckets.isEmpty() == (kind == Kind.HISTOGRAM)) {
            throw new IllegalArgumentException(name + " has buckets and is no histogram, or the other way round");
        }
    }

    /**
     * @param name ends in {@code _total}
     * @param help what it means
     * @param labels names of its labels
     * @return the definition of a sum
     */
    public static Metric counter(String name, String help, String... labels) {
        return new Metric(name, Kind.COUNTER, help, List.of(labels), List.of());
    }

    /**
     * @param name says the unit
     * @param help what it means
     * @param labels names of its labels
     * @return the definition of a value of the moment
     */
    public static Metric gauge(String name, String help, String... labels) {
        return new Metric(name, Kind.GAUGE, help, List.of(labels), List.of());
    }

    /**
     * @param name ends in {@code _seconds}
     * @param help what it means
     * @param labels names of its labels
     * @return the definition of a distribution of times in seconds
     */
    public static Metric seconds(String name, String help, String... labels) {
        return new Metric(name, Kind.HISTOGRAM, help, List.of(labels), SECONDS);
    }

    /**
     * @param name says of what
     * @param help what it means
     * @param labels names of its labels
     * @return the definition of a distribution of numbers, from one to a thousand
     */
    public static Metric sizes(String name, String help, String... labels) {
        return new Metric(name, Kind.HISTOGRAM, help, List.of(labels), SIZES);
    }
}
