// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import io.varve.core.log.PartitionLog;
import io.varve.server.coordinator.CoordinatorLogLoader;
import io.varve.server.coordinator.CoordinatorLogWriter;
import io.varve.server.coordinator.HostedCoordinator;
import io.varve.server.coordinator.LoadProgress;
import io.varve.server.coordinator.MetadataImagePublisher;
import io.varve.server.coordinator.SerialExecutor;
import io.varve.server.metadata.topic.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.ShareCoordinatorService;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorRuntimeMetrics;

/**
 * Runs Kafka's share coordinator on Varve's {@code __share_group_state}. The coordinator uses Kafka's own
 * threads.
 */
final class KafkaShareCoordinator implements HostedCoordinator {
    private final ShareCoordinatorService service;
    private final MetadataImagePublisher feed;
    private final LoadProgress loading;
    private final OrphanedShareStates orphaned;
    private final int partitions;
    private final Metrics metrics;

    /**
     * Starts the coordinator. Takes some hundred ms, mostly to load classes; do not call on an event loop.
     *
     * @param states {@code __share_group_state}
     * @param known all topics before the first call of {@link #topicChanged}
     */
    KafkaShareCoordinator(ShareStateConfig config, ShareStateContext context, Topic states, Collection<Topic> known) {
        List<PartitionLog> logs = states.logs();
        partitions = logs.size();
        loading = new LoadProgress(partitions);
        orphaned = new OrphanedShareStates(context.topics());
        metrics = new Metrics(context.time().kafka());
        service = new ShareCoordinatorService.Builder(context.self().nodeId(), config.coordinator())
                .withWriter(new CoordinatorLogWriter(states, loading, KafkaShareCoordinator::refuse))
                .withLoader(new CoordinatorLogLoader(
                        states,
                        config.coordinator().shareCoordinatorLoadBufferSize(),
                        new ShareCoordinatorRecordSerde(),
                        orphaned::check,
                        context.time().clock(),
                        new SerialExecutor("share-loader", context.time().scheduler()),
                        loading,
                        context.losses()))
                .withTime(context.time().kafka())
                .withTimer(context.time().timers().apply("share"))
                .withCoordinatorMetrics(new ShareCoordinatorMetrics(metrics))
                .withCoordinatorRuntimeMetrics(new ShareCoordinatorRuntimeMetrics(metrics))
                .build();
        feed = new MetadataImagePublisher(context.self(), context.time().clock(), service::onMetadataUpdate);

        // The coordinator requires this order: number of partitions, topics, then the partitions it leads.
        service.startup(() -> partitions);
        feed.begin(known);
        IntStream.range(0, partitions)
                .forEach(partition ->
                        service.onElection(partition, logs.get(partition).leaderEpoch()));
    }

    /** Refuses transactional writes: the coordinator itself makes none. */
    private static CompletableFuture<Map<TopicPartition, Errors>> refuse(
            String transactionalId, long producerId, short epoch, List<TopicPartition> partitions, Object admission) {
        return CompletableFuture.failedFuture(Errors.INVALID_TXN_STATE.exception());
    }

    ShareCoordinatorService service() {
        return service;
    }

    @Override
    public LoadProgress loading() {
        return loading;
    }

    /** @param key as {@link SharePartitionId#coordinatorKey} */
    @Override
    public int partitionFor(String key) {
        return Utils.abs(key.hashCode()) % partitions;
    }

    /** Drops the states of topics that were deleted right before a crash or a stop. */
    @Override
    public void allLoaded() {
        feed.forget(orphaned.found());
    }

    /** Blocks until all partitions are loaded and the states of a deleted topic are dropped. */
    @Override
    public void topicChanged(Topic before, Topic after) {
        feed.changed(before, after, loading);
    }

    @Override
    public void close() {
        loading.stop(new NotCoordinatorException("the server is stopping"));
        service.shutdown();
        Utils.closeQuietly(metrics, "the metrics of the share coordinator");
    }
}
