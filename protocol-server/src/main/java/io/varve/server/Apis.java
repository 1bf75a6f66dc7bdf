// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiTable;
import io.varve.server.api.Features;
import io.varve.server.api.group.GroupApis;
import io.varve.server.api.log.LogApis;
import io.varve.server.api.log.OffsetsMarkers;
import io.varve.server.api.topic.TopicHandlers;
import io.varve.server.config.ServerConfig;
import io.varve.server.group.Groups;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.ClusterMetadata;
import java.util.ArrayList;
import java.util.List;

/** Puts the handlers of all rooms into the one table. */
final class Apis {
    private static final String METADATA_VERSION = "metadata.version";

    private Apis() {}

    static ApiTable table(
            ServerConfig config, ClusterMetadata metadata, Groups groups, ClusterInfo self, Clock clock, Ids ids) {
        List<ApiHandler> handlers = new ArrayList<>();
        handlers.addAll(LogApis.handlers(metadata, metadata.producerIds(), self, config.fetch(), clock, ids));
        handlers.addAll(LogApis.transactionHandlers(metadata, OffsetsMarkers.NOBODY));
        handlers.addAll(TopicHandlers.all(metadata, () -> self, config.shown()));
        handlers.addAll(GroupApis.handlers(groups, metadata, self));
        return new ApiTable(
                handlers, Features.withoutTransactions(metadata.features().get(METADATA_VERSION)));
    }
}
