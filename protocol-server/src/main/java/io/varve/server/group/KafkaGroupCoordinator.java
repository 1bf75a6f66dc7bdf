// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import com.yammer.metrics.core.MetricsRegistry;
import io.varve.core.log.PartitionLog;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.CoordinatorLogLoader;
import io.varve.server.coordinator.CoordinatorLogWriter;
import io.varve.server.coordinator.HostedCoordinator;
import io.varve.server.coordinator.LoadProgress;
import io.varve.server.coordinator.MetadataImagePublisher;
import io.varve.server.coordinator.SerialExecutor;
import io.varve.server.metadata.topic.Topic;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;

/**
 * Runs Kafka's group coordinator on Varve's {@code __consumer_offsets}. The coordinator uses Kafka's own
 * threads.
 */
final class KafkaGroupCoordinator implements HostedCoordinator {
    private final GroupCoordinatorService service;
    private final MetadataImagePublisher feed;
    private final LoadProgress loading;
    private final OrphanedOffsets orphaned;
    private final List<AutoCloseable> owned;

    /**
     * Starts the coordinator. Takes some hundred ms, mostly to load classes; do not call on an event loop.
     *
     * @param settings the settings of single groups
     * @param offsets {@code __consumer_offsets}
     * @param known all topics before the first call of {@link #topicChanged}
     */
    KafkaGroupCoordinator(
            GroupsConfig config,
            GroupConfigManager settings,
            GroupContext context,
            Topic offsets,
            Collection<Topic> known) {
        ClusterInfo self = context.self();
        List<PartitionLog> partitions = offsets.logs();
        loading = new LoadProgress(partitions.size());
        orphaned = new OrphanedOffsets(context.topics());
        Metrics metrics = new Metrics(context.time().kafka());
        MetricsRegistry registry = new MetricsRegistry();
        service = new GroupCoordinatorService.Builder(self.nodeId(), config.coordinator())
                .withWriter(new CoordinatorLogWriter(offsets, loading, context.transactions()))
                .withLoader(new CoordinatorLogLoader(
                        offsets,
                        config.coordinator().offsetsLoadBufferSize(),
                        new GroupCoordinatorRecordSerde(),
                        orphaned::check,
                        context.clock(),
                        new SerialExecutor("group-loader", context.scheduler()),
                        loading,
                        context.losses()))
                .withTime(context.time().kafka())
                .withTimer(context.time().timers().apply("group"))
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(settings)
                .withPersister(context.shareState())
                .withAuthorizerPlugin(context.authorizer())
                .withPartitionMetadataClient(new EndOffsetLookup(context.topics()))
                .build();
        // The service closes loader, timer and its own metrics.
        owned = List.of(metrics, registry::shutdown);
        feed = new MetadataImagePublisher(self, context.clock(), service::onMetadataUpdate);

        // The coordinator requires this order: number of partitions, topics, then the partitions it leads.
        service.startup(partitions::size);
        feed.begin(known);
        IntStream.range(0, partitions.size())
                .forEach(partition ->
                        service.onElection(partition, partitions.get(partition).leaderEpoch()));
    }

    GroupCoordinatorService service() {
        return service;
    }

    @Override
    public LoadProgress loading() {
        return loading;
    }

    @Override
    public int partitionFor(String groupId) {
        return service.partitionFor(groupId);
    }

    /** Drops the offsets of topics that were deleted right before a crash or a stop. */
    @Override
    public void allLoaded() {
        feed.forget(orphaned.found());
    }

    /** Blocks until all partitions are loaded and the offsets of a deleted topic are dropped. */
    @Override
    public void topicChanged(Topic before, Topic after) {
        feed.changed(before, after, loading);
    }

    @Override
    public void close() {
        loading.stop(new NotCoordinatorException("the server is stopping"));
        service.shutdown();
        owned.forEach(part -> Utils.closeQuietly(part, "a part of the group coordinator"));
    }
}
