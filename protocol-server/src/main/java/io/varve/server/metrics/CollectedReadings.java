// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects values that were read, and adds up those with equal labels. Used by one thread. */
final class CollectedReadings implements Readings {
    private final Map<Metric, Map<List<String>, Double>> values = new LinkedHashMap<>();

    @Override
    public void add(Metric metric, double value, String... labels) {
        if (metric.kind() == Metric.Kind.HISTOGRAM || metric.labels().size() != labels.length) {
            throw new IllegalArgumentException(metric.name() + " cannot be read with " + labels.length + " labels");
        }
        add(metric, List.of(labels), value);
    }

    private void add(Metric metric, List<String> labels, double value) {
        values.computeIfAbsent(metric, first -> new LinkedHashMap<>()).merge(labels, value, Double::sum);
    }

    void addAll(CollectedReadings others) {
        others.values.forEach((metric, read) -> read.forEach((labels, value) -> add(metric, labels, value)));
    }

    /**
     * @param complete false if some metrics could not be read
     * @return these readings with no more series than are allowed
     */
    CollectedReadings bounded(BoundedLabels bounds, boolean complete) {
        CollectedReadings bounded = new CollectedReadings();
        values.forEach((metric, read) -> read.forEach((labels, value) -> {
            List<String> shown = bounds.shown(metric, labels);
            if (metric.kind() == Metric.Kind.COUNTER && shown != labels) {
                bounded.set(metric, shown, bounds.fold(metric, labels, shown, value));
            } else {
                bounded.add(metric, shown, value);
            }
        }));
        bounds.endRead(complete);
        return bounded;
    }

    private void set(Metric metric, List<String> labels, double value) {
        values.computeIfAbsent(metric, first -> new LinkedHashMap<>()).put(labels, value);
    }

    MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        values.forEach((metric, read) -> all.metricSnapshot(snapshot(metric, read)));
        return all.build();
    }

    private static MetricSnapshot snapshot(Metric metric, Map<List<String>, Double> read) {
        if (metric.kind() == Metric.Kind.COUNTER) {
            // The library writes the suffix itself.
            String name = metric.name().substring(0, metric.name().length() - "_total".length());
            CounterSnapshot.Builder counter =
                    CounterSnapshot.builder().name(name).help(metric.help());
            read.forEach((labels, value) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                    .value(value)
                    .labels(Labels.of(metric.labels(), labels))
                    .build()));
            return counter.build();
        }
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(metric.name()).help(metric.help());
        read.forEach((labels, value) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .value(value)
                .labels(Labels.of(metric.labels(), labels))
                .build()));
        return gauge.build();
    }
}
