// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.core.engine.LogEngine;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.server.api.config.ConfigTargets;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.Groups;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.txn.Transactions;
import java.nio.file.Path;
import java.util.List;

/**
 * What handlers are made of: the broker behind the network.
 *
 * @param self this broker, as clients reach it
 * @param metadata topics and their logs, settings, producer ids
 * @param engine deletes records, and explains what is kept
 * @param groups the group coordinator
 * @param transactions the transaction coordinator
 * @param settings of the server, as far as handlers need them
 * @param runtime time and randomness
 */
public record HandlerContext(
        ClusterInfo self,
        ClusterMetadata metadata,
        LogEngine engine,
        Groups groups,
        Transactions transactions,
        Settings settings,
        Runtime runtime) {
    /**
     * What an administrator sets of the handlers.
     *
     * @param fetch limits of fetches
     * @param groups limits and settings of groups
     * @param directories {@code log.dirs}
     */
    public record Settings(FetchConfig fetch, GroupsConfig groups, List<Path> directories) {}

    /**
     * Where handlers take time and randomness from.
     *
     * @param clock time
     * @param ids randomness
     */
    public record Runtime(Clock clock, Ids ids) {}

    /** @return what clients can set, by type of resource */
    ConfigTargets configTargets() {
        return new ConfigTargets(metadata, settings.groups());
    }

    /** @return the level of {@code metadata.version} the metadata is written at */
    short metadataVersion() {
        return metadata.features().get("metadata.version");
    }
}
