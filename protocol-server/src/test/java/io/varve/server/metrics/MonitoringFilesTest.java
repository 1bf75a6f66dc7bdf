// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.core.runtime.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks that the dashboard and the alert rules name only metrics and labels that exist. */
class MonitoringFilesTest {
    private static final Path DOCS = Path.of("").toAbsolutePath().resolve("../docs");
    private static final Pattern NAME = Pattern.compile("varve_\\w+");
    private static final Pattern LABELS = Pattern.compile("\\bby \\(([^)]*)\\)|\\{\\{(?: \\$labels\\.)?(\\w+) ?}}");

    /** Labels that Prometheus or its histograms give. */
    private static final Set<String> ANY = Set.of("instance", "le");

    private final List<Metric> all =
            MetricsPage.all().values().stream().flatMap(Collection::stream).toList();

    private Set<String> series() {
        Set<String> series = new HashSet<>();
        for (Metric metric : all) {
            if (metric.kind() == Metric.Kind.HISTOGRAM) {
                List.of("_bucket", "_count", "_sum").forEach(suffix -> series.add(metric.name() + suffix));
            } else {
                series.add(metric.name());
            }
        }
        return series;
    }

    private Set<String> labels() {
        Set<String> labels =
                all.stream().flatMap(metric -> metric.labels().stream()).collect(Collectors.toSet());
        labels.addAll(ANY);
        return labels;
    }

    private static Set<String> named(String text) {
        return NAME.matcher(text).results().map(found -> found.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> labelsIn(String text) {
        return LABELS.matcher(text)
                .results()
                .flatMap(found -> Pattern.compile("[, ]+").splitAsStream(found.group(found.group(1) == null ? 2 : 1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theAlertsNameWhatExists() throws IOException {
        String rules = Files.readString(DOCS.resolve("alerts.yml"));
        assertThat(named(rules)).hasSizeGreaterThan(15).isSubsetOf(series());
        assertThat(labelsIn(rules)).isNotEmpty().isSubsetOf(labels());
        assertThat(rules.lines().filter(line -> line.contains("- alert:")))
                .hasSameSizeAs(rules.lines()
                        .filter(line -> line.contains("description:"))
                        .toList());
    }

    @Test
    void theDashboardNamesWhatExists() throws IOException {
        String text = Files.readString(DOCS.resolve("grafana/varve.json"));
        JsonNode dashboard = new ObjectMapper().readTree(text);
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt()))
                    .as(panel.path("title").asText())
                    .isTrue();
        }
        assertThat(ids).hasSizeGreaterThan(20);
        assertThat(named(text)).hasSizeGreaterThan(25).isSubsetOf(series());
        assertThat(labelsIn(text)).isNotEmpty().isSubsetOf(labels());
    }
}
