// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import io.varve.server.http.HttpConfig;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.access.AuthorizerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Says of listeners that other machines reach what is open there. Immutable. */
final class OpenListeners {
    private final PropertySources settings;
    private final Map<String, ListenerSecurity> security;

    /**
     * @param settings the server's
     * @param security how each listener is secured, by its name
     */
    OpenListeners(PropertySources settings, Map<String, ListenerSecurity> security) {
        this.settings = settings;
        this.security = security;
    }

    /**
     * @param bound the listeners of Kafka's protocol
     * @param http where HTTP is served
     * @return one line for each listener that is open
     */
    List<String> of(List<Endpoint> bound, List<Endpoint> http) {
        String authorizer = settings.get(AuthorizerConfig.CLASS_NAME);
        boolean authorized = authorizer != null && !authorizer.isEmpty();
        boolean unknown =
                bound.stream().allMatch(each -> security.get(each.listener()).protocol() == SecurityProtocol.PLAINTEXT);
        return Stream.concat(
                        bound.stream()
                                .map(each -> line(
                                        BrokerConfigDef.LISTENERS,
                                        warning(each, security.get(each.listener()), authorized))),
                        http.stream()
                                .map(each -> line(
                                        BrokerConfigDef.HTTP_LISTENERS,
                                        httpWarning(each, Optional.ofNullable(security.get(tlsName(each))), unknown))))
                .flatMap(Optional::stream)
                .toList();
    }

    private static String tlsName(Endpoint http) {
        return http.listener().equals(HttpConfig.HTTPS) ? HttpConfig.HTTPS : "";
    }

    private Optional<String> line(String key, String open) {
        return open.isEmpty() ? Optional.empty() : Optional.of(settings.source(key) + ": " + key + " " + open);
    }

    /**
     * @param endpoint where the listener listens
     * @param listener how it is secured
     * @param authorized true if an authorizer decides who may do what
     * @return one line on what is open and what to do; empty if nothing is, or other machines do not reach it
     */
    static String warning(Endpoint endpoint, ListenerSecurity listener, boolean authorized) {
        List<String> open = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        if (!listener.usesTls()) {
            open.add("whoever is on the way reads and changes everything (" + listener.protocol() + ")");
            remedies.add("a protocol with SSL in " + BrokerConfigDef.PROTOCOL_MAP);
        }
        if (!isAuthenticated(listener)) {
            open.add("clients need not say who they are");
            remedies.add("SASL, or " + BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG + "=required");
        }
        if (!authorized) {
            open.add("every client may do everything");
            remedies.add("authorizer.class.name");
        }
        return warning(endpoint, open, remedies);
    }

    /**
     * As {@link #warning}, of a listener of HTTP.
     *
     * @param endpoint where it listens
     * @param tls how it is secured; empty without TLS
     * @param unknown true if no client of Kafka's protocol says who it is, so that readers of the page do not
     * @return one line on what is open and what to do; empty if nothing is, or other machines do not reach it
     */
    static String httpWarning(Endpoint endpoint, Optional<ListenerSecurity> tls, boolean unknown) {
        List<String> open = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        if (tls.isEmpty()) {
            open.add("whoever is on the way reads what is shown, and passwords that are sent unasked");
            remedies.add("https://");
        }
        if (unknown && !tls.map(OpenListeners::isAuthenticated).orElse(false)) {
            open.add("everybody sees topics, groups, clients, settings and the log, but no records");
            remedies.add(
                    tls.isEmpty()
                            ? "a listener with SASL"
                            : "a listener with SASL, or listener.name.https.ssl.client.auth=required");
        }
        return warning(endpoint, open, remedies);
    }

    private static String warning(Endpoint endpoint, List<String> open, List<String> remedies) {
        if (open.isEmpty() || EndpointParser.isLoopback(endpoint)) {
            return "";
        }
        return "opens " + endpoint + " to other machines: " + String.join(", ", open) + ". Set "
                + String.join("; ", remedies) + "; or listen on localhost (docs/security.md)";
    }

    private static boolean isAuthenticated(ListenerSecurity listener) {
        return listener.protocol() == SecurityProtocol.SSL
                ? "required".equals(listener.settings().get(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG))
                : listener.protocol() != SecurityProtocol.PLAINTEXT;
    }
}
