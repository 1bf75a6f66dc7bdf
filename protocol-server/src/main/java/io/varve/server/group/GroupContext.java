// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.CoordinatorTime;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.metadata.config.ConfigListener;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.Topics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.internals.Plugin;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.share.persister.Persister;

/**
 * The parts of the server that groups use.
 *
 * @param self this broker, the coordinator of all groups
 * @param topics the current topics, {@code __consumer_offsets} among them
 * @param transactions verifies that offsets may be committed in a transaction
 * @param configs registers a listener of group settings; completes when the listener has been notified of the
 *     existing settings
 * @param losses damage in {@code __consumer_offsets} that may be skipped
 * @param time the time of time-outs and expiry; starts two threads once groups are used: one for metadata,
 *     one for loading
 * @param shareState keeps the delivery state of share groups
 * @param authorizer decides which topics the patterns of members find; empty if all
 */
public record GroupContext(
        ClusterInfo self,
        Topics topics,
        TransactionVerifier transactions,
        Function<ConfigListener, CompletableFuture<Void>> configs,
        AcceptedLosses losses,
        CoordinatorTime time,
        Persister shareState,
        Optional<Plugin<Authorizer>> authorizer) {
    /** @return the clock */
    Clock clock() {
        return time.clock();
    }

    /** @return runs tasks by the clock, and starts threads */
    Scheduler scheduler() {
        return time.scheduler();
    }
}
