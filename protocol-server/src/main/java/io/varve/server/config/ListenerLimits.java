// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Parses the limits on the connections of single listeners: how many there are, and how fast they come. */
record ListenerLimits(PropertySources settings) {
    private static final List<String> KEYS =
            List.of(BrokerConfigDef.MAX_CONNECTIONS, BrokerConfigDef.MAX_CREATION_RATE);

    /**
     * @param key one of a limit
     * @param bound the listeners
     * @return the limits of those that have one of their own, by their names
     * @throws ConfigError if a limit is no number, or below 1
     */
    Map<String, Integer> of(String key, List<Endpoint> bound) {
        Map<String, Integer> limits = new HashMap<>();
        for (Endpoint endpoint : bound) {
            String own = key(endpoint.listener(), key);
            if (settings.get(own) != null) {
                limits.put(endpoint.listener(), settings.wholeNumber(own, 1));
            }
        }
        return limits;
    }

    /** @return the keys of limits that these listeners may have */
    static Set<String> keys(Set<String> listeners) {
        return listeners.stream()
                .flatMap(listener -> KEYS.stream().map(key -> key(listener, key)))
                .collect(Collectors.toSet());
    }

    private static String key(String listener, String key) {
        return ListenerSecurity.prefix(listener) + key;
    }
}
