// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.varve.core.runtime.Clock;
import io.varve.server.logging.LogThrottle;
import java.util.function.Supplier;

/**
 * What all connections of an HTTP server share.
 *
 * @param limits bounds of a connection
 * @param hosts by which names the server may be called
 * @param routes gives what is served now
 * @param workers run the routes
 * @param waiting the connections that are waited for
 * @param clock the only source of time
 * @param failures logs routes that failed
 * @param handshakes logs TLS handshakes that came to no connection
 */
record HttpShared(
        HttpConfig.PeerLimits limits,
        HostCheck hosts,
        Supplier<HttpRoutes> routes,
        HttpWorkers workers,
        WaitingPeers waiting,
        Clock clock,
        LogThrottle failures,
        LogThrottle handshakes) {}
