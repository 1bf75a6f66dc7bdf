// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subscriptions of client metrics after one of their changes. Immutable.
 *
 * @param byName the subscriptions by name
 * @param version number of changes so far
 * @param asked lists of metrics that clients were asked for: equal ones are kept once
 */
record MetricsSubscriptions(
        Map<String, MetricsSubscription> byName, int version, Map<List<String>, List<String>> asked) {
    private static final int MAX_SHARED = 100;

    static MetricsSubscriptions none() {
        return new MetricsSubscriptions(Map.of(), 0, new ConcurrentHashMap<>());
    }

    /** @param subscription null to remove it */
    MetricsSubscriptions with(String name, MetricsSubscription subscription) {
        Map<String, MetricsSubscription> next = new HashMap<>(byName);
        if (subscription == null) {
            next.remove(name);
        } else {
            next.put(name, subscription);
        }
        return new MetricsSubscriptions(next, version + 1, new ConcurrentHashMap<>());
    }

    /** Takes time in proportion to the subscriptions' texts. */
    WantedMetrics wantedOf(ClientProperties client) {
        WantedMetrics wanted = WantedMetrics.of(byName.values(), client);
        List<String> known = asked.get(wanted.metrics());
        if (known != null) {
            return new WantedMetrics(known, wanted.intervalMs(), wanted.subscriptionId());
        }
        if (asked.size() < MAX_SHARED) {
            asked.put(wanted.metrics(), wanted.metrics());
        }
        return wanted;
    }
}
