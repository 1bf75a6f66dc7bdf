// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds listeners that want the same port: the later one could not be opened, and the error would blame
 * another process. Unlike Kafka, lets listeners of different addresses share a port. Stateless.
 */
final class PortClash {
    private static final String EVERY = "";

    private PortClash() {}

    /**
     * @param listeners all that the server listens on; names of hosts are looked up where ports are alike
     * @return which two want the same, in words; empty if none do
     */
    static Optional<String> of(List<Endpoint> listeners) {
        for (int i = 1; i < listeners.size(); i++) {
            Endpoint later = listeners.get(i);
            for (Endpoint earlier : listeners.subList(0, i)) {
                if (earlier.port() == later.port() && later.port() != 0 && meet(addresses(earlier), addresses(later))) {
                    return Optional.of(earlier + " and " + later + " are the same port of the same address");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean meet(Set<String> some, Set<String> others) {
        return some.contains(EVERY) || others.contains(EVERY) || !Collections.disjoint(some, others);
    }

    private static Set<String> addresses(Endpoint listener) {
        return EndpointParser.addresses(listener).map(PortClash::address).collect(Collectors.toSet());
    }

    private static String address(Endpoint endpoint) {
        if (EndpointParser.WILDCARDS.contains(endpoint.host())) {
            return EVERY;
        }
        try {
            return InetAddress.getByName(endpoint.host()).getHostAddress();
        } catch (UnknownHostException e) {
            return endpoint.host(); // opening the listener tells that
        }
    }
}
