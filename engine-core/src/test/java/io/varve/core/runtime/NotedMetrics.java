// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps what is measured, for tests. Thread-safe. */
public final class NotedMetrics implements Metrics {
    private final Map<List<String>, Double> sums = new ConcurrentHashMap<>();
    private final Map<List<String>, List<Double>> distributions = new ConcurrentHashMap<>();
    private final List<Consumer<Readings>> readers = new CopyOnWriteArrayList<>();

    @Override
    public Counter counter(Metric metric, String... labels) {
        List<String> key = key(metric, Metric.Kind.COUNTER, labels);
        sums.putIfAbsent(key, 0.0);
        return amount -> sums.merge(key, (double) amount, Double::sum);
    }

    @Override
    public Distribution distribution(Metric metric, String... labels) {
        List<Double> values = distributions.computeIfAbsent(
                key(metric, Metric.Kind.HISTOGRAM, labels), none -> new CopyOnWriteArrayList<>());
        return values::add;
    }

    @Override
    public void read(Consumer<Readings> reader) {
        readers.add(reader);
    }

    private static List<String> key(Metric metric, Metric.Kind kind, String... labels) {
        if (metric.kind() != kind || metric.labels().size() != labels.length) {
            throw new IllegalArgumentException(metric + " is no " + kind + " with labels " + List.of(labels));
        }
        return key(metric.name(), labels);
    }

    private static List<String> key(String name, String... labels) {
        List<String> key = new ArrayList<>(List.of(labels));
        key.add(0, name);
        return key;
    }

    /** @return what was counted or is read of these labels; fails if there is no such value */
    public double value(String name, String... labels) {
        Map<List<String>, Double> all = all();
        List<String> key = key(name, labels);
        if (!all.containsKey(key)) {
            throw new AssertionError(key + " is not among " + all.keySet());
        }
        return all.get(key);
    }

    /** @return true if there is a value of these labels */
    public boolean knows(String name, String... labels) {
        return all().containsKey(key(name, labels));
    }

    private Map<List<String>, Double> all() {
        Map<List<String>, Double> all = new ConcurrentHashMap<>(sums);
        readers.forEach(reader ->
                reader.accept((metric, value, values) -> all.merge(key(metric.name(), values), value, Double::sum)));
        return all;
    }

    /** @return the values of a distribution, in their order */
    public List<Double> values(String name, String... labels) {
        return List.copyOf(distributions.get(key(name, labels)));
    }
}
