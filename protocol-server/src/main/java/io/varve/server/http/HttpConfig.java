// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.varve.server.cluster.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Settings of the HTTP listeners. Those that are named {@link #HTTPS} have TLS.
 *
 * @param listeners addresses to listen on; none: HTTP is off
 * @param hosts names, in lower case, by which clients may call this server, besides localhost and addresses
 * @param limits bounds of what peers can make grow
 * @param openMetrics whether {@code /metrics} is for everybody, also where clients have to prove who they are
 */
public record HttpConfig(List<Endpoint> listeners, Set<String> hosts, PeerLimits limits, boolean openMetrics) {
    /** Names a listener without TLS. */
    public static final String HTTP = "HTTP";

    /** Names a listener with TLS. */
    public static final String HTTPS = "HTTPS";

    /**
     * Bounds of what peers can make grow.
     *
     * @param connections max open connections; a further one takes the place of one that is idle, or is
     *     closed
     * @param lineBytes max size of a request's first line
     * @param headerBytes max size of all headers of a request
     * @param bodyBytes max size of a request's body, which is read and dropped
     * @param requestMs max ms from the last answer, or the connection's begin, until a request has arrived
     *     whole
     * @param writeMs max ms in which a peer takes an answer
     */
    public record PeerLimits(
            int connections, int lineBytes, int headerBytes, int bodyBytes, long requestMs, long writeMs) {
        /** What a server takes. */
        public static final PeerLimits DEFAULT = new PeerLimits(128, 4_096, 8_192, 65_536, 30_000, 30_000);
    }

    /** Copies the lists. */
    public HttpConfig {
        listeners = List.copyOf(listeners);
        hosts = Set.copyOf(hosts);
    }

    /**
     * The settings of a server.
     *
     * @param listeners addresses to listen on, with the names they were given by
     * @param advertised where clients of Kafka's protocol reach this server: they may call it so by HTTP too
     * @param openMetrics whether {@code /metrics} is for everybody
     * @return the settings, with the default limits
     */
    public static HttpConfig of(List<Endpoint> listeners, List<Endpoint> advertised, boolean openMetrics) {
        Set<String> hosts = Stream.concat(listeners.stream(), advertised.stream())
                .map(each -> each.host().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return new HttpConfig(listeners, hosts, PeerLimits.DEFAULT, openMetrics);
    }
}
