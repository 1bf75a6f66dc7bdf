// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Parses the limits on how fast single listeners accept connections. */
record ListenerRates(PropertySources settings) {
    /**
     * @param bound the listeners
     * @return max new connections/s of those that have a limit, by their names
     * @throws ConfigError if a limit is no number, or below 1
     */
    Map<String, Integer> of(List<Endpoint> bound) {
        Map<String, Integer> rates = new HashMap<>();
        for (Endpoint endpoint : bound) {
            String key = key(endpoint.listener());
            String text = settings.get(key);
            if (text != null) {
                rates.put(endpoint.listener(), parse(key, text.trim()));
            }
        }
        return rates;
    }

    private static String key(String listener) {
        return "listener.name." + listener.toLowerCase(Locale.ROOT) + "." + BrokerConfigDef.MAX_CREATION_RATE;
    }

    private int parse(String key, String text) {
        try {
            int rate = Integer.parseInt(text);
            if (rate >= 1) {
                return rate;
            }
        } catch (NumberFormatException e) {
            throw settings.wrong(key, "a whole number, 1 or more");
        }
        throw settings.wrong(key, "a whole number, 1 or more");
    }
}
