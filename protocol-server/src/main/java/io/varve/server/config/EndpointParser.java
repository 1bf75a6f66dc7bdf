// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.cluster.Endpoint;
import io.varve.server.http.HttpConfig;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Parses {@code listeners} and {@code advertised.listeners}. Skips listeners of a KRaft controller. */
final class EndpointParser {
    private static final String ALLOWED =
            "a list of NAME://host:port, for example " + BrokerConfigDef.DEFAULT_LISTENERS;
    private static final Set<String> HTTP = Set.of(HttpConfig.HTTP, HttpConfig.HTTPS);
    private static final String HTTP_EXAMPLE =
            "empty, or http://host:port, https://host:port or both, for example http://localhost:8080";
    private static final Pattern ENDPOINT =
            Pattern.compile("([\\w.-]+)://(?:\\[([0-9a-fA-F:.%\\w]*)\\]|([^:/\\s]*)):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;
    static final Set<String> WILDCARDS = Set.of("", "0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final PropertySources settings;
    private final Set<String> controllers;

    EndpointParser(PropertySources settings) {
        this.settings = settings;
        controllers = new HashSet<>(BrokerConfigDef.listItems(settings.get(BrokerConfigDef.CONTROLLER_LISTENERS)));
    }

    /** @return the endpoints to bind to, at least one, each listener name once */
    List<Endpoint> bound(String listeners) {
        List<Endpoint> endpoints = parse(BrokerConfigDef.LISTENERS, listeners, ALLOWED);
        if (endpoints.isEmpty()) {
            throw settings.wrong(BrokerConfigDef.LISTENERS, ALLOWED);
        }
        requireApart(BrokerConfigDef.LISTENERS, endpoints);
        return endpoints;
    }

    /** @return the advertised endpoint of each bound listener; port 0 stands for the bound port */
    List<Endpoint> advertised(List<Endpoint> bound, String advertised) {
        List<Endpoint> given =
                advertised == null ? List.of() : parse(BrokerConfigDef.ADVERTISED_LISTENERS, advertised, ALLOWED);
        for (Endpoint endpoint : given) {
            if (WILDCARDS.contains(endpoint.host())) {
                throw settings.wrong(BrokerConfigDef.ADVERTISED_LISTENERS, "addresses clients can connect to");
            }
            if (named(bound, endpoint.listener()).isEmpty()) {
                throw settings.wrong(BrokerConfigDef.ADVERTISED_LISTENERS, "of listeners named in listeners");
            }
        }
        return bound.stream()
                .map(endpoint -> named(given, endpoint.listener()).orElseGet(() -> reachable(endpoint)))
                .toList();
    }

    private void requireApart(String key, List<Endpoint> endpoints) {
        PortClash.of(endpoints).ifPresent(clash -> {
            throw settings.wrong(key, "such that each has a port of its own: " + clash);
        });
    }

    /**
     * @param listeners the value of {@code http.listeners}
     * @param bound the listeners of Kafka's protocol
     * @return the addresses to listen on for HTTP, none if there is no listener; without a host, on loopback
     */
    List<Endpoint> http(String listeners, List<Endpoint> bound) {
        List<Endpoint> endpoints = parse(BrokerConfigDef.HTTP_LISTENERS, listeners, HTTP_EXAMPLE);
        if (!endpoints.stream().allMatch(endpoint -> HTTP.contains(endpoint.listener()))) {
            throw settings.wrong(BrokerConfigDef.HTTP_LISTENERS, HTTP_EXAMPLE);
        }
        List<Endpoint> local = endpoints.stream()
                .map(each -> each.host().isEmpty() ? new Endpoint(each.listener(), "localhost", each.port()) : each)
                .toList();
        requireApart(
                BrokerConfigDef.HTTP_LISTENERS,
                Stream.concat(bound.stream(), local.stream()).toList());
        return local.stream().flatMap(EndpointParser::addresses).toList();
    }

    private List<Endpoint> parse(String key, String value, String allowed) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String item : BrokerConfigDef.listItems(value)) {
            Matcher matcher = ENDPOINT.matcher(item);
            if (!matcher.matches() || Integer.parseInt(matcher.group(4)) > MAX_PORT) {
                throw settings.wrong(key, allowed);
            }
            String name = matcher.group(1).toUpperCase(Locale.ROOT);
            String host = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
            if (named(endpoints, name).isPresent()) {
                throw settings.wrong(key, "a list that names each listener once; " + name + " is there twice");
            }
            if (!controllers.contains(name)) {
                endpoints.add(new Endpoint(name, host, Integer.parseInt(matcher.group(4))));
            }
        }
        return endpoints;
    }

    private static Optional<Endpoint> named(List<Endpoint> endpoints, String listener) {
        return endpoints.stream().filter(e -> e.listener().equals(listener)).findFirst();
    }

    /**
     * Replaces a wildcard, to which clients cannot connect, by the name of this machine. Unlike Kafka, uses
     * that name only if it resolves.
     */
    private static Endpoint reachable(Endpoint endpoint) {
        if (!WILDCARDS.contains(endpoint.host())) {
            return endpoint;
        }
        String host;
        try {
            host = InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        return new Endpoint(endpoint.listener(), host, endpoint.port());
    }

    /**
     * Resolves an endpoint to the addresses to listen on. Localhost has several, because some clients connect
     * to it by IPv4 and some by IPv6.
     *
     * @param endpoint a listener to bind
     * @return one endpoint for each address, at least one
     */
    static Stream<Endpoint> addresses(Endpoint endpoint) {
        List<String> hosts = endpoint.host().equals("localhost") ? loopbacks() : List.of(endpoint.host());
        return hosts.stream().map(host -> new Endpoint(endpoint.listener(), host, endpoint.port()));
    }

    /** @return true if the endpoint is reached from this machine only, by whatever its name resolves to */
    static boolean isLoopback(Endpoint endpoint) {
        if (WILDCARDS.contains(endpoint.host())) {
            return false;
        }
        try {
            return Stream.of(InetAddress.getAllByName(endpoint.host())).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static List<String> loopbacks() {
        try {
            List<String> hosts = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName("localhost")) {
                // Skip an address in the hosts file that no interface has, as in a container without IPv6.
                if (NetworkInterface.getByInetAddress(address) != null) {
                    hosts.add(address.getHostAddress());
                }
            }
            return hosts.isEmpty() ? List.of("localhost") : hosts;
        } catch (UnknownHostException | SocketException e) {
            return List.of("127.0.0.1");
        }
    }
}
