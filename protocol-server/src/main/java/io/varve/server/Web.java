// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.CloseSteps;
import io.varve.server.config.ServerConfig;
import io.varve.server.http.HttpRoute;
import io.varve.server.http.HttpServer;
import io.varve.server.http.Readiness;
import io.varve.server.logging.RecentProblems;
import io.varve.server.security.SecuredListeners;
import java.util.List;
import java.util.Optional;

/**
 * What a server with an HTTP listener has more than others.
 *
 * @param http the listener
 * @param problems what is logged, from the start on
 */
record Web(HttpServer http, RecentProblems problems) implements AutoCloseable {
    private static final List<String> STARTING = List.of("the server is starting: it replays its logs");

    /** @return bound listeners, if the configuration has any */
    static Optional<Web> bind(ServerConfig config, SecuredListeners security, ServerTime time) {
        if (config.http().listeners().isEmpty()) {
            return Optional.empty();
        }
        HttpServer http = HttpServer.bind(config.http(), security, () -> STARTING, time.clock(), time.scheduler());
        return Optional.of(new Web(http, RecentProblems.ofThisProcess()));
    }

    /** Serves routes, and answers from now on whether the server is ready. */
    void serve(Readiness ready, List<HttpRoute> routes) {
        http.serve(ready, routes);
    }

    @Override
    public void close() {
        CloseSteps.run(List.of(http::close, problems::close));
    }
}
