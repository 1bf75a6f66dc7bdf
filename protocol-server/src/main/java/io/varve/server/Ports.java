// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.CloseSteps;
import io.varve.server.config.ServerConfig;
import io.varve.server.net.NetServer;
import io.varve.server.security.SecuredListeners;
import java.util.List;
import java.util.Optional;

/**
 * The ports of the server, bound before anything else is opened.
 *
 * @param net listens for clients of Kafka's protocol
 * @param web listens for HTTP, if configured
 */
record Ports(NetServer net, Optional<Web> web) implements AutoCloseable {
    /** Binds all ports, or none. */
    static Ports bind(ServerConfig config, SecuredListeners security, ServerTime time) {
        NetServer net = NetServer.bind(config.net(), security, time.clock());
        try {
            return new Ports(net, Web.bind(config, security, time));
        } catch (RuntimeException e) {
            net.close();
            throw e;
        }
    }

    @Override
    public void close() {
        CloseSteps.run(List.of(net::close, () -> web.ifPresent(Web::close)));
    }
}
