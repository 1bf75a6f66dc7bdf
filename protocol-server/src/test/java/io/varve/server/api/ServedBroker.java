// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.api.table.ApiTable;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.group.GroupsFixture;
import io.varve.server.net.NetConfig;
import io.varve.server.net.NetServer;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.access.Access;
import io.varve.server.security.sasl.SaslListeners;

/** A broker behind a socket, for Kafka's own clients. */
public final class ServedBroker {
    private ServedBroker() {}

    /** @return the server on a free port of 127.0.0.1; must be closed before the broker */
    public static NetServer on(GroupsFixture broker) {
        return on(broker, Access.OPEN);
    }

    /**
     * @param access who may do what
     * @return the server on a free port of 127.0.0.1; must be closed before the broker
     */
    public static NetServer on(GroupsFixture broker, Access access) {
        NetServer server = NetServer.bind(
                NetConfig.of(new Endpoint("PLAINTEXT", "127.0.0.1", 0)), SecuredListeners.plaintext(), Clock.system());
        ClusterInfo self = new ClusterInfo(broker.broker.metadata.clusterId(), 1, "127.0.0.1", port(server), null);
        server.serve(
                ApiTable.serve(broker.handlerContext(self, access)),
                broker.throttle,
                SaslListeners.NONE,
                new SystemScheduler(1),
                Metrics.NONE);
        return server;
    }

    /** @return the port it listens on */
    public static int port(NetServer server) {
        return server.listeners().get(0).port();
    }
}
