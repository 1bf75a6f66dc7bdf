// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import com.yammer.metrics.core.MetricsRegistry;
import io.varve.core.log.PartitionLog;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.CoordinatorLogLoader;
import io.varve.server.coordinator.CoordinatorLogWriter;
import io.varve.server.coordinator.HostedCoordinator;
import io.varve.server.coordinator.LoadProgress;
import io.varve.server.coordinator.SerialExecutor;
import io.varve.server.metadata.topic.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;

/**
 * Runs Kafka's group coordinator on our {@code __consumer_offsets}. Time and threads inside are Kafka's own.
 * Share groups are not served, so nothing asks it to persist their state.
 */
final class KafkaGroupCoordinator implements HostedCoordinator {
    private final GroupCoordinatorService service;
    private final MetadataImagePublisher feed;
    private final LoadProgress loading;
    private final OrphanedOffsets deleted;
    private final List<AutoCloseable> owned;

    /**
     * Starts it. Takes some hundred ms, mostly for loading classes, so not for an event loop.
     *
     * @param settings the groups' own settings
     * @param offsets {@code __consumer_offsets}
     * @param known the topics before the first call of {@link #topicChanged}
     */
    KafkaGroupCoordinator(
            GroupsConfig config,
            GroupConfigManager settings,
            GroupContext context,
            Topic offsets,
            Collection<Topic> known) {
        ClusterInfo self = context.self();
        List<PartitionLog> partitions = offsets.partitions();
        loading = new LoadProgress(partitions.size());
        deleted = new OrphanedOffsets(context.topics());
        Metrics metrics = new Metrics(Time.SYSTEM);
        MetricsRegistry registry = new MetricsRegistry();
        service = new GroupCoordinatorService.Builder(self.nodeId(), config.coordinator())
                .withWriter(new CoordinatorLogWriter(offsets, loading, context.transactions()))
                .withLoader(new CoordinatorLogLoader(
                        offsets,
                        config.coordinator().offsetsLoadBufferSize(),
                        new GroupCoordinatorRecordSerde(),
                        deleted::check,
                        context.clock(),
                        new SerialExecutor("group-loader", context.scheduler()),
                        loading,
                        context.losses()))
                .withTime(Time.SYSTEM)
                .withTimer(new SystemTimerReaper("group-timer-reaper", new SystemTimer("group")))
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(settings)
                .withPersister(new NoOpStatePersister())
                .withAuthorizerPlugin(Optional.empty())
                .withPartitionMetadataClient(new EndOffsetLookup(context.topics()))
                .build();
        // The service closes the rest: loader, timer, its metrics.
        owned = List.of(metrics, registry::shutdown);
        feed = new MetadataImagePublisher(self.nodeId(), self.rack(), context.clock(), service::onMetadataUpdate);

        // The order is the coordinator's: how many partitions, what topics, then which partitions it leads.
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

    /** Drops what was committed for topics whose deletion a crash or a stop kept from the coordinator. */
    @Override
    public void allLoaded() {
        feed.forget(deleted.found());
    }

    /**
     * Blocks while the offsets of a deleted topic are dropped, and before that until the offsets to drop have
     * been loaded.
     */
    @Override
    public void topicChanged(Topic before, Topic after) {
        if (after != null) {
            feed.put(after);
        } else {
            loading.awaitAll();
            feed.remove(before);
        }
    }

    @Override
    public void close() {
        loading.stop(new NotCoordinatorException("the server is stopping"));
        service.shutdown();
        owned.forEach(part -> Utils.closeQuietly(part, "a part of the group coordinator"));
    }
}
