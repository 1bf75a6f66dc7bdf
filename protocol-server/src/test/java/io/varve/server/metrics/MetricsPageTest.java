// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps docs/metrics.md as the definitions are. */
class MetricsPageTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().resolve("../docs/metrics.md");

    @Test
    void thePageIsAsTheDefinitions() throws IOException {
        String wanted = MetricsPage.write();
        if (Boolean.getBoolean("varve.metrics.write")) {
            Files.writeString(PAGE, wanted);
            return;
        }
        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/metrics.md; -Dvarve.metrics.write=true writes it")
                .isEqualTo(wanted);
    }

    /** The library refuses some names, and only when they are asked for. */
    @Test
    void everyMetricIsWritten() {
        List<Metric> all =
                MetricsPage.all().values().stream().flatMap(Collection::stream).toList();
        PrometheusMetrics metrics = new PrometheusMetrics(Clock.system());
        metrics.read(readings -> all.stream()
                .filter(metric -> metric.kind() != Metric.Kind.HISTOGRAM)
                .forEach(metric -> readings.add(metric, 1, values(metric))));
        all.stream()
                .filter(metric -> metric.kind() == Metric.Kind.HISTOGRAM)
                .forEach(metric -> metrics.distribution(metric, values(metric)).record(1));
        String text = new String(metrics.write().orElseThrow(), StandardCharsets.UTF_8);
        assertThat(all).allSatisfy(metric -> assertThat(text).contains("# TYPE " + metric.name() + " "));
    }

    private static String[] values(Metric metric) {
        return metric.labels().toArray(String[]::new);
    }

    @Test
    void aNameStandsForOneMetric() {
        List<Metric> all =
                MetricsPage.all().values().stream().flatMap(Collection::stream).toList();
        assertThat(all).hasSizeGreaterThan(50);
        assertThat(all.stream().map(Metric::name)).doesNotHaveDuplicates();
        assertThat(all)
                .allSatisfy(metric -> assertThat(metric.help()).endsWith(".").doesNotContain("|", "\n"));
    }
}
