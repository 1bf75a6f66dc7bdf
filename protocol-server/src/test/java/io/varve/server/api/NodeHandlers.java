// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.clock.FixedToMachine;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.quota.ThrottleConfig;
import io.varve.server.security.access.Access;
import io.varve.server.telemetry.ClientTelemetry;
import java.nio.file.Path;
import java.util.List;

/** Makes handlers over a node's metadata and engine, for APIs that need neither groups nor transactions. */
public final class NodeHandlers {
    private NodeHandlers() {}

    /** @return the parts of a node that handlers use, without coordinators and with two log directories */
    public static HandlerContext context(MetadataFixture node, ClusterInfo self, GroupsConfig groups) {
        return new HandlerContext(
                self,
                node.metadata,
                node.engine,
                null,
                null,
                null,
                null,
                Access.OPEN,
                new HandlerContext.Settings(FetchConfig.DEFAULT, groups, List.of(Path.of("/data"), Path.of("/other"))),
                new HandlerContext.Runtime(
                        Clock.system(),
                        new SystemScheduler(1),
                        node.ids,
                        new FixedToMachine(),
                        new ClientTelemetry(Clock.system()),
                        new QuotaThrottle(Clock.system(), ThrottleConfig.DEFAULT),
                        new TopicTraffic(node.metadata)));
    }
}
