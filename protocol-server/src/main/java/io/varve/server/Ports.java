// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.CloseSteps;
import io.varve.server.config.ServerConfig;
import io.varve.server.http.HttpServer;
import io.varve.server.net.NetServer;
import java.util.List;
import java.util.Optional;

/**
 * The ports of the server, bound before anything else is opened.
 *
 * @param net listens for clients of Kafka's protocol
 * @param http listens for HTTP, if configured
 */
record Ports(NetServer net, Optional<HttpServer> http) implements AutoCloseable {
    private static final List<String> STARTING = List.of("the server is starting: it replays its logs");

    /** Binds all ports, or none. */
    static Ports bind(ServerConfig config, ServerTime time) {
        NetServer net = NetServer.bind(config.net(), config.security(), time.clock());
        if (config.http().listeners().isEmpty()) {
            return new Ports(net, Optional.empty());
        }
        try {
            return new Ports(
                    net, Optional.of(HttpServer.bind(config.http(), () -> STARTING, time.clock(), time.scheduler())));
        } catch (RuntimeException e) {
            net.close();
            throw e;
        }
    }

    @Override
    public void close() {
        CloseSteps.run(List.of(net::close, () -> http.ifPresent(HttpServer::close)));
    }
}
