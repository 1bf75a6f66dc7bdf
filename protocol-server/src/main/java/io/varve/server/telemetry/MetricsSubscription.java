// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says which clients send which metrics, and how often. Immutable.
 *
 * @param metrics prefixes of the metrics' names; {@code *} for all
 * @param intervalMs ms between two pushes of a client
 * @param match patterns of the clients' properties, by {@link ClientProperties}' names; none for all clients
 */
record MetricsSubscription(List<String> metrics, int intervalMs, Map<String, Pattern> match) {
    /** Ms between two pushes when nothing else is set. */
    static final int DEFAULT_INTERVAL_MS = 300_000;

    /** @param configs the valid settings of a subscription */
    static MetricsSubscription of(Map<String, String> configs) {
        String interval = configs.get("interval.ms");
        Map<String, Pattern> match = new HashMap<>();
        for (String selection : split(configs.get("match"))) {
            int equals = selection.indexOf('=');
            match.put(
                    selection.substring(0, equals).trim(),
                    Pattern.compile(selection.substring(equals + 1).trim()));
        }
        return new MetricsSubscription(
                split(configs.get("metrics")),
                interval == null ? DEFAULT_INTERVAL_MS : Integer.parseInt(interval.trim()),
                Map.copyOf(match));
    }

    private static List<String> split(String list) {
        List<String> parts = new ArrayList<>();
        for (String part : list == null ? new String[0] : list.split(",")) {
            if (!part.isBlank()) {
                parts.add(part.trim());
            }
        }
        return parts;
    }

    boolean matches(ClientProperties client) {
        return match.entrySet().stream()
                .allMatch(each ->
                        each.getValue().matcher(client.value(each.getKey())).matches());
    }
}
