// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * What is asked of one client: the union of the subscriptions that select it.
 *
 * @param metrics prefixes of metrics' names, at most 1,000, or {@code *} alone for all metrics; none to send
 *     nothing
 * @param intervalMs ms between two pushes
 * @param subscriptionId changes when the others do, and differs between clients
 */
public record WantedMetrics(List<String> metrics, int intervalMs, int subscriptionId) {
    private static final String ALL = "*";
    private static final int MAX_METRICS = 1_000;

    static WantedMetrics of(Collection<MetricsSubscription> subscriptions, ClientProperties client) {
        TreeSet<String> metrics = new TreeSet<>();
        int intervalMs = MetricsSubscription.DEFAULT_INTERVAL_MS;
        for (MetricsSubscription subscription : subscriptions) {
            if (subscription.matches(client)) {
                subscription.names().forEach(name -> add(name, metrics));
                intervalMs = Math.min(intervalMs, subscription.intervalMs());
            }
        }
        List<String> wanted = metrics.contains(ALL) ? List.of(ALL) : List.copyOf(metrics);
        CRC32C sum = new CRC32C();
        sum.update((wanted + ":" + intervalMs).getBytes(StandardCharsets.UTF_8));
        return new WantedMetrics(
                wanted, intervalMs, (int) sum.getValue() ^ client.instanceId().hashCode());
    }

    /** Keeps the set within its bound also while it grows: subscriptions can name millions. */
    private static void add(String name, TreeSet<String> metrics) {
        metrics.add(name);
        if (metrics.size() > MAX_METRICS) {
            metrics.remove(metrics.last().equals(ALL) ? metrics.lower(ALL) : metrics.last());
        }
    }
}
