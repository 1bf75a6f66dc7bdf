// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics;
import io.varve.server.logging.LogThrottle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures with Prometheus' library, and writes everything in its text format. Thread-safe. */
public final class PrometheusMetrics implements Metrics {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusMetrics.class);
    private static final PrometheusTextFormatWriter TEXT = PrometheusTextFormatWriter.create();

    /** The media type of what {@link #write} gives. */
    public static final String CONTENT_TYPE = TEXT.getContentType();

    private final PrometheusRegistry registry = new PrometheusRegistry();
    /** By the metric's name: hash codes of records are linked at their first call, 10 ms of every start. */
    private final Map<String, io.prometheus.metrics.core.metrics.Counter> counters = new ConcurrentHashMap<>();

    private final Map<String, Histogram> histograms = new ConcurrentHashMap<>();
    private final List<Consumer<Readings>> readers = new CopyOnWriteArrayList<>();
    private final BoundedLabels bounds = new BoundedLabels();
    /** Held by the thread that reads everything. */
    private final ReentrantLock reading = new ReentrantLock();

    /** What was written last; null at first. */
    private volatile byte[] last;

    private final LogThrottle failures;

    /** @param clock limits how often failures are logged */
    public PrometheusMetrics(Clock clock) {
        failures = new LogThrottle(LOG, clock);
        MultiCollector all = this::readAll;
        registry.register(all);
    }

    @Override
    public Counter counter(Metric metric, String... labels) {
        CounterDataPoint point = counters.computeIfAbsent(metric.name(), name -> newCounter(metric))
                .labelValues(labels);
        return point::inc;
    }

    private io.prometheus.metrics.core.metrics.Counter newCounter(Metric metric) {
        return io.prometheus.metrics.core.metrics.Counter.builder()
                .name(metric.name())
                .help(metric.help())
                .labelNames(metric.labels().toArray(String[]::new))
                .withoutExemplars()
                .register(registry);
    }

    @Override
    public Distribution distribution(Metric metric, String... labels) {
        DistributionDataPoint point = histograms
                .computeIfAbsent(metric.name(), name -> newHistogram(metric))
                .labelValues(labels);
        return point::observe;
    }

    private Histogram newHistogram(Metric metric) {
        return Histogram.builder()
                .classicOnly()
                .classicUpperBounds(metric.buckets().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray())
                .name(metric.name())
                .help(metric.help())
                .labelNames(metric.labels().toArray(String[]::new))
                .withoutExemplars()
                .register(registry);
    }

    @Override
    public void read(Consumer<Readings> reader) {
        readers.add(reader);
    }

    /** One reader at a time: they need not be thread-safe among themselves. */
    private MetricSnapshots readAll() {
        CollectedReadings all = new CollectedReadings();
        boolean complete = true;
        for (Consumer<Readings> reader : readers) {
            CollectedReadings own = new CollectedReadings();
            try {
                reader.accept(own);
            } catch (RuntimeException e) {
                // What it read may not belong together. All other values are still worth having.
                failures.warn(e, "some metrics are left out, because they could not be read");
                complete = false;
                continue;
            }
            all.addAll(own);
        }
        return all.bounded(bounds, complete).snapshots();
    }

    /**
     * Reads everything, which takes about as long as there are partitions and groups, and longer where a disk
     * hangs. Never waits for another thread that does so.
     *
     * @return all metrics in Prometheus' text format; as they were written last if another thread reads them
     *     now, and empty if they never were
     */
    public Optional<byte[]> write() {
        if (!reading.tryLock()) {
            return Optional.ofNullable(last);
        }
        try {
            byte[] text = text();
            last = text;
            return Optional.of(text);
        } finally {
            reading.unlock();
        }
    }

    private byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            TEXT.write(out, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }
}
