// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import io.varve.server.http.HttpConfig;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.TlsSettings;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.SecurityConfig;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** Parses {@code listener.security.protocol.map}, and finds the settings of each listener. */
final class ListenerSecurities {
    /** Kafka's default: each protocol is the name of a listener. */
    static final String DEFAULT_MAP =
            Arrays.stream(SecurityProtocol.values()).map(p -> p + ":" + p).collect(Collectors.joining(","));

    /** Classes of others, which Kafka would load: whoever names one relies on what it does. */
    private static final Map<String, String> CLASSES = Map.of(
            BrokerSecurityConfigs.PRINCIPAL_BUILDER_CLASS_CONFIG,
            BrokerSecurityConfigs.PRINCIPAL_BUILDER_CLASS_DEFAULT.getName(),
            SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG,
            DefaultSslEngineFactory.class.getName(),
            SecurityConfig.SECURITY_PROVIDERS_CONFIG,
            "");

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
            String listener = item.substring(0, colon).trim().toUpperCase(Locale.ROOT);
            SecurityProtocol protocol = protocol(item.substring(colon + 1).trim());
            SecurityProtocol before = protocols.put(listener, protocol);
            if (before != null && before != protocol) {
                throw settings.wrong(
                        BrokerConfigDef.PROTOCOL_MAP,
                        "of one protocol for each listener: " + listener + " has " + before + " and " + protocol);
            }
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
     * @param bound the listeners of Kafka's protocol
     * @param http where HTTP is served
     * @return how each of them is secured, by its name; of HTTP those with TLS only
     * @throws ConfigError if a listener has no protocol, or one that is not served, or the name of another
     */
    Map<String, ListenerSecurity> of(List<Endpoint> bound, List<Endpoint> http) {
        Map<String, ListenerSecurity> all = new HashMap<>();
        bound.forEach(each -> all.put(each.listener(), of(each)));
        if (http.stream().anyMatch(each -> each.listener().equals(HttpConfig.HTTPS))
                && all.put(HttpConfig.HTTPS, https()) != null) {
            throw settings.wrong(
                    BrokerConfigDef.HTTP_LISTENERS, "without https:// while listeners has one that is named HTTPS");
        }
        return all;
    }

    /** Readers have passwords: a certificate is asked for only where the listener's own setting says so. */
    private ListenerSecurity https() {
        ListenerSecurity all = security(HttpConfig.HTTPS, SecurityProtocol.SSL);
        Map<String, String> its = new HashMap<>(all.settings());
        String clients = BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG;
        if (!all.own().contains(clients)) {
            its.remove(clients);
        }
        return new ListenerSecurity(all.listener(), all.protocol(), its, all.own());
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
        return security(name, protocol);
    }

    private ListenerSecurity security(String name, SecurityProtocol protocol) {
        Map<String, String> merged = new HashMap<>();
        Map<String, String> own = new HashMap<>();
        String prefix = ListenerSecurity.prefix(name);
        settings.all().keySet().stream()
                .filter(key -> settings.get(key) != null)
                .forEach(key -> {
                    if (key.startsWith(prefix)) {
                        own.put(key.substring(prefix.length()), settings.get(key));
                    } else if (!key.startsWith(ListenerSecurity.PREFIX)) {
                        merged.put(key, settings.get(key));
                    }
                });
        merged.putAll(own);
        ListenerSecurity security = new ListenerSecurity(name, protocol, merged, own.keySet());
        requireOwnClasses(security);
        return security;
    }

    private void requireOwnClasses(ListenerSecurity listener) {
        CLASSES.forEach((key, allowed) -> {
            String named = listener.settings().getOrDefault(key, allowed);
            if (!named.equals(allowed)) {
                throw settings.wrong(
                        listener.key(key),
                        (allowed.isEmpty() ? "empty" : allowed) + ": no classes of others are loaded");
            }
        });
    }

    /** @return the keys that mean something for these listeners, beside those of all listeners */
    static Set<String> keys(Collection<ListenerSecurity> listeners) {
        Set<String> keys = new HashSet<>();
        for (ListenerSecurity listener : listeners) {
            keys.addAll(CLASSES.keySet());
            if (listener.usesTls()) {
                Set<String> ofTls = TlsSettings.definitions().keySet();
                keys.addAll(ofTls);
                ofTls.forEach(key -> keys.add(ListenerSecurity.prefix(listener.listener()) + key));
            }
        }
        return keys;
    }
}
