// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Features;
import io.varve.server.api.LogApis;
import io.varve.server.api.RetentionApis;
import io.varve.server.api.ServedApis;
import io.varve.server.api.group.GroupApis;
import io.varve.server.api.topic.TopicHandlers;
import io.varve.server.api.txn.TransactionApis;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.config.ServerConfig;
import io.varve.server.group.Groups;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.txn.Transactions;
import java.util.ArrayList;
import java.util.List;

/** Puts the handlers of all rooms into the one table. */
final class Apis {
    private static final String METADATA_VERSION = "metadata.version";

    /** Where handlers take time, threads and randomness from. */
    record Runtime(Clock clock, Ids ids) {}

    private Apis() {}

    static ServedApis table(
            ServerConfig config,
            BrokerState rooms,
            Groups groups,
            Transactions transactions,
            ClusterInfo self,
            Runtime runtime) {
        ClusterMetadata metadata = rooms.metadata();
        List<ApiHandler> handlers = new ArrayList<>();
        handlers.addAll(LogApis.handlers(metadata, transactions, self, config.fetch(), runtime.clock, runtime.ids));
        handlers.addAll(LogApis.transactionHandlers(metadata, groups));
        handlers.addAll(TopicHandlers.all(
                metadata,
                () -> self,
                config.groups(),
                RetentionApis.questions(metadata, metadata.topicConfigs(), rooms.engine())));
        handlers.addAll(RetentionApis.handlers(
                metadata, rooms.engine(), config.storage().directories()));
        handlers.addAll(GroupApis.handlers(groups, transactions, metadata, self));
        handlers.addAll(TransactionApis.handlers(transactions, groups, metadata, metadata.producerIds()));
        return new ServedApis(handlers, Features.served(metadata.features().get(METADATA_VERSION)));
    }
}
