// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.metadata.config.ConfigListener;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.Topics;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What groups use of the rest of the server.
 *
 * @param self this broker, the coordinator of all groups
 * @param topics the topics at any moment: where {@code __consumer_offsets} is found, and what groups may
 *     subscribe to
 * @param transactions asked whether offsets may be committed in a transaction
 * @param configs has a watcher told of the groups' settings, first of those there are; completes when it has
 *     been
 * @param losses damage in {@code __consumer_offsets} that may be passed over
 * @param clock for the load's report
 * @param scheduler gives threads: one for metadata, one for loading, both only once groups are used
 */
public record GroupContext(
        ClusterInfo self,
        Topics topics,
        TransactionVerifier transactions,
        Function<ConfigListener, CompletableFuture<Void>> configs,
        AcceptedLosses losses,
        Clock clock,
        Scheduler scheduler) {}
