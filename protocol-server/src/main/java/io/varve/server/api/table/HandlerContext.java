// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import static org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;
import static org.apache.kafka.common.internals.Topic.SHARE_GROUP_STATE_TOPIC_NAME;
import static org.apache.kafka.common.internals.Topic.TRANSACTION_STATE_TOPIC_NAME;

import io.varve.core.engine.LogEngine;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.TopicTraffic;
import io.varve.server.api.config.ConfigTargets;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.clock.ServerClock;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.Groups;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.access.Access;
import io.varve.server.share.Shares;
import io.varve.server.share.state.ShareStates;
import io.varve.server.telemetry.ClientTelemetry;
import io.varve.server.txn.Transactions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The parts of the broker that handlers use.
 *
 * @param self this broker, as clients reach it
 * @param metadata topics and their logs, settings, producer ids
 * @param engine deletes records, and explains retention
 * @param groups the group coordinator
 * @param transactions the transaction coordinator
 * @param shareStates the states of share partitions
 * @param shares delivers records to share groups
 * @param access decides what clients may do
 * @param settings the server's settings for handlers
 * @param runtime time and randomness
 */
public record HandlerContext(
        ClusterInfo self,
        ClusterMetadata metadata,
        LogEngine engine,
        Groups groups,
        Transactions transactions,
        ShareStates shareStates,
        Shares shares,
        Access access,
        Settings settings,
        Runtime runtime) {
    /**
     * The settings of the server that handlers use.
     *
     * @param fetch limits on fetches
     * @param groups limits and settings of groups
     * @param directories {@code log.dirs}
     */
    public record Settings(FetchConfig fetch, GroupsConfig groups, List<Path> directories) {}

    /**
     * The sources of time, threads and randomness.
     *
     * @param clock source of time
     * @param scheduler source of threads
     * @param ids source of random ids
     * @param shownClock the clock as clients see and move it
     * @param telemetry the metrics of clients
     * @param throttle counts what clients use of their quotas
     * @param traffic counts what topics take and give
     */
    public record Runtime(
            Clock clock,
            Scheduler scheduler,
            Ids ids,
            ServerClock shownClock,
            ClientTelemetry telemetry,
            QuotaThrottle throttle,
            TopicTraffic traffic) {}

    /** @return the resources whose settings clients may change, by type */
    ConfigTargets configTargets() {
        return new ConfigTargets(metadata, settings.groups());
    }

    /** @return what creates each topic of a coordinator, by the topic's name */
    Map<String, Supplier<CompletableFuture<Topic>>> coordinatorTopics() {
        return Map.of(
                GROUP_METADATA_TOPIC_NAME, () -> groups.topic(),
                TRANSACTION_STATE_TOPIC_NAME, () -> transactions.topic(),
                SHARE_GROUP_STATE_TOPIC_NAME, () -> shareStates.topic());
    }

    /** @return true if a feature is at a level above 0 now */
    boolean uses(String feature) {
        return metadata.writer().state().features().getOrDefault(feature, (short) 0) > 0;
    }
}
