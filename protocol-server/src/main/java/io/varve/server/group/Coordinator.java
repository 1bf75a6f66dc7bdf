// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import com.yammer.metrics.core.MetricsRegistry;
import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.Topic;
import io.varve.server.metadata.Topics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.kafka.server.util.timer.Timer;

/**
 * Kafka's group coordinator at work on one {@code __consumer_offsets}. Time and threads inside are Kafka's own. Share groups are not
 * served, so nothing asks it to persist their state.
 */
final class Coordinator implements AutoCloseable {
    private final GroupCoordinatorService service;
    private final MetadataFeed feed;
    private final LoadProgress loading;
    private final List<AutoCloseable> owned;

    /**
     * Starts it. Takes some hundred ms, mostly for loading classes, so not for an event loop.
     *
     * @param offsets {@code __consumer_offsets}
     */
    Coordinator(GroupsConfig config, ClusterInfo self, Topic offsets, Topics topics, Clock clock, Scheduler scheduler) {
        List<PartitionLog> partitions = offsets.partitions();
        loading = new LoadProgress(partitions.size());
        Metrics metrics = new Metrics(Time.SYSTEM);
        MetricsRegistry registry = new MetricsRegistry();
        Timer timer = new SystemTimerReaper("group-timer-reaper", new SystemTimer("group"));
        service = new GroupCoordinatorService.Builder(self.nodeId(), config.coordinator())
                .withWriter(new OffsetsWriter(offsets, loading))
                .withLoader(new OffsetsLoader(
                        offsets,
                        config.coordinator().offsetsLoadBufferSize(),
                        new GroupCoordinatorRecordSerde(),
                        clock,
                        new OrderedTasks("group-loader", scheduler),
                        loading))
                .withTime(Time.SYSTEM)
                .withTimer(timer)
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(config.perGroup())
                .withPersister(new NoOpStatePersister())
                .withAuthorizerPlugin(Optional.empty())
                .withPartitionMetadataClient(new EndOffsets(topics))
                .build();
        owned = List.of(timer, metrics, registry::shutdown);
        feed = new MetadataFeed(self.nodeId(), self.rack(), clock, service::onMetadataUpdate);

        // The order is the coordinator's: how many partitions, what topics, then which partitions it leads.
        service.startup(partitions::size);
        feed.begin(topics.all());
        IntStream.range(0, partitions.size())
                .forEach(partition ->
                        service.onElection(partition, partitions.get(partition).leaderEpoch()));
    }

    GroupCoordinatorService service() {
        return service;
    }

    /** @return completes when the group's partition has been loaded */
    CompletableFuture<Void> loaded(String groupId) {
        return loading.of(service.partitionFor(groupId));
    }

    /**
     * Takes in that a topic came or has more partitions ({@code after}), or went. Calls must come one after the other. Blocks while
     * the offsets of a deleted topic are dropped, and before that until the offsets to drop have been loaded.
     */
    void topicChanged(Topic before, Topic after) {
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
