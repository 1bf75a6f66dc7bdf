// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import io.varve.core.engine.EngineMetrics;
import io.varve.core.runtime.Metric;
import io.varve.core.spi.StorageProvider;
import io.varve.server.api.TopicTraffic;
import io.varve.server.group.GroupReadings;
import io.varve.server.net.NetMetrics;
import io.varve.server.security.access.Access;
import io.varve.server.security.sasl.SaslListeners;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes docs/metrics.md from the definitions of the metrics. */
final class MetricsPage {
    private static final String HEAD = """
            # Metrics

            `GET /metrics` on the HTTP listener (`http.listeners`) gives all of these in Prometheus' text format. [`grafana/varve.json`](grafana/varve.json)
            is a dashboard, [`alerts.yml`](alerts.yml) the rules of what an operator must know. This page is written from the definitions by a test, which
            fails when the two differ; to write it again:

                mvn -o -q test -pl protocol-server -am -Dtest=MetricsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dvarve.metrics.write=true

            Where clients have to prove who they are, it asks for a user and a password (`basic_auth` in Prometheus), or by HTTPS a certificate, and for DESCRIBE on the cluster; `http.metrics.open=true`
            shows it to everybody.

            Counters begin at 0 with each start. A histogram has `_bucket`, `_count` and `_sum`. An API, an error or a topic has series from its first
            request on. The first %d topics, %d groups, %d libraries of clients and %d of their versions have series of their own; all others share
            the label `other`.
            """;

    private MetricsPage() {}

    /** @return the metrics by what they are about, in the order of the page */
    static Map<String, List<Metric>> all() {
        Map<String, List<Metric>> all = new LinkedHashMap<>();
        all.put("Requests and connections", NetMetrics.all());
        all.put(
                "Authentication and access",
                Stream.of(SaslListeners.metrics(), Access.metrics())
                        .flatMap(List::stream)
                        .toList());
        all.put("What clients send to topics and get from them", TopicTraffic.metrics());
        all.put("Topics and partitions", TopicReadings.metrics());
        all.put("Groups", GroupReadings.metrics());
        all.put("Commits, retention, compaction", EngineMetrics.all());
        new TreeMap<>(StorageProvider.all()).forEach((name, backend) -> {
            if (!backend.metrics().isEmpty()) {
                all.put("`storage.backend=" + name + "`", backend.metrics());
            }
        });
        all.put("The process and its disks", MachineReadings.metrics());
        return all;
    }

    static String write() {
        StringBuilder page = new StringBuilder(HEAD.formatted(
                BoundedLabels.MAX.get("topic"),
                BoundedLabels.MAX.get("group"),
                BoundedLabels.MAX.get("software"),
                BoundedLabels.MAX.get("version")));
        all().forEach((about, metrics) -> {
            page.append("\n## ")
                    .append(about)
                    .append("\n\n| name | type | labels | unit | meaning |\n|---|---|---|---|---|\n");
            metrics.forEach(metric -> page.append(row(metric)));
        });
        return page.toString();
    }

    private static String row(Metric metric) {
        String labels = metric.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
        return "| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        metric.name(),
                        metric.kind().name().toLowerCase(Locale.ROOT),
                        labels,
                        unit(metric.name()),
                        metric.help());
    }

    /** The name of a metric holds its unit. */
    private static String unit(String name) {
        for (String unit : List.of("dollars_per_month", "dollars", "seconds", "bytes")) {
            if (name.contains("_" + unit)) {
                return unit.replace('_', ' ');
            }
        }
        return "number";
    }
}
