// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Parses {@code listener.security.protocol.map}, and finds the settings of each listener. */
final class ListenerSecurities {
    /** Kafka's default: each protocol is the name of a listener. */
    static final String DEFAULT_MAP =
            Arrays.stream(SecurityProtocol.values()).map(p -> p + ":" + p).collect(Collectors.joining(","));

    private static final String PREFIX = "listener.name.";

    private final PropertySources settings;
    private final Map<String, SecurityProtocol> protocols = new HashMap<>();

    /**
     * @param map the protocol of each listener
     * @throws ConfigError if it names no protocol of Kafka's
     */
    ListenerSecurities(PropertySources settings, String map) {
        this.settings = settings;
        for (String item : BrokerConfigDef.listItems(map)) {
            int colon = item.lastIndexOf(':');
            if (colon < 1) {
                throw settings.wrong(
                        BrokerConfigDef.PROTOCOL_MAP, "a list of NAME:PROTOCOL, for example INSIDE:PLAINTEXT");
            }
            protocols.put(
                    item.substring(0, colon).trim().toUpperCase(Locale.ROOT),
                    protocol(item.substring(colon + 1).trim()));
        }
    }

    private SecurityProtocol protocol(String name) {
        try {
            return SecurityProtocol.forName(name);
        } catch (IllegalArgumentException e) {
            throw settings.wrong(
                    BrokerConfigDef.PROTOCOL_MAP,
                    "of the protocols " + SecurityProtocol.names() + ": invalid security protocol " + name);
        }
    }

    /**
     * @param bound the listeners
     * @return how each of them is secured, by its name
     * @throws ConfigError if a listener has no protocol, or one that is not served
     */
    Map<String, ListenerSecurity> of(List<Endpoint> bound) {
        return bound.stream().collect(Collectors.toMap(Endpoint::listener, this::of));
    }

    private ListenerSecurity of(Endpoint endpoint) {
        String name = endpoint.listener();
        SecurityProtocol protocol = protocols.get(name);
        if (protocol == null) {
            throw settings.wrong(
                    settings.get(BrokerConfigDef.PROTOCOL_MAP) == null
                            ? BrokerConfigDef.LISTENERS
                            : BrokerConfigDef.PROTOCOL_MAP,
                    "such that each listener has a protocol: no security protocol defined for listener " + name);
        }
        if (protocol != SecurityProtocol.PLAINTEXT && protocol != SecurityProtocol.SASL_PLAINTEXT) {
            throw settings.wrong(
                    BrokerConfigDef.LISTENERS,
                    "PLAINTEXT or SASL_PLAINTEXT only: TLS is not there yet (" + endpoint + ")");
        }
        Map<String, String> own = new HashMap<>();
        Map<String, String> overrides = new HashMap<>();
        String prefix = PREFIX + name.toLowerCase(Locale.ROOT) + ".";
        settings.all().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                overrides.put(key.substring(prefix.length()), value);
            } else if (!key.startsWith(PREFIX)) {
                own.put(key, value);
            }
        });
        own.putAll(overrides);
        return new ListenerSecurity(name, protocol, own);
    }
}
