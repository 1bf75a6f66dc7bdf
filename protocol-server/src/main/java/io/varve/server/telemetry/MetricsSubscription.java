// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which clients send which metrics, and how often. Keeps texts, which are short, and parses them where
 * they are needed, which is seldom. Immutable.
 *
 * @param metrics prefixes of the metrics' names, with commas between them; {@code *} for all
 * @param intervalMs ms between two pushes of a client
 * @param match selectors, with commas between them; none for all clients
 */
record MetricsSubscription(String metrics, int intervalMs, String match) {
    /** Ms between two pushes when nothing else is set. */
    static final int DEFAULT_INTERVAL_MS = 300_000;

    /**
     * @param configs the settings of a subscription
     * @throws org.apache.kafka.common.errors.InvalidConfigurationException if a selector is not valid
     */
    static MetricsSubscription of(Map<String, String> configs) {
        String interval = configs.get("interval.ms");
        MetricsSubscription subscription = new MetricsSubscription(
                configs.getOrDefault("metrics", ""),
                interval == null ? DEFAULT_INTERVAL_MS : Integer.parseInt(interval.trim()),
                configs.getOrDefault("match", ""));
        subscription.selectors();
        return subscription;
    }

    /** @return selectors by the properties that they look at: of two for one property the last one counts */
    private Map<String, ClientSelector> selectors() {
        Map<String, ClientSelector> selectors = new HashMap<>();
        for (String selection : split(match)) {
            ClientSelector selector = ClientSelector.parse(selection);
            selectors.put(selector.property(), selector);
        }
        return selectors;
    }

    private static List<String> split(String list) {
        List<String> parts = new ArrayList<>();
        for (String part : list.split(",")) {
            if (!part.isBlank()) {
                parts.add(part.trim());
            }
        }
        return parts;
    }

    /** @return prefixes of metrics' names, or {@code *} */
    List<String> names() {
        return split(metrics);
    }

    boolean matches(ClientProperties client) {
        return selectors().values().stream().allMatch(selector -> selector.selects(client));
    }
}
