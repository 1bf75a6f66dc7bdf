// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.engine.LogEngine;
import io.varve.core.event.EventLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.config.PartitionConfigs;
import io.varve.server.metadata.config.RestoreSource;
import io.varve.server.metadata.config.TopicConfigs;
import io.varve.server.metadata.log.MetadataState;
import io.varve.server.metadata.log.TopicIds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the partitions of a topic before the event that adds them is logged. A durable event then proves
 * that its partitions existed, so a partition that a start does not find is lost. If a partition cannot be
 * created, those created before it are deleted and the event is not logged. A crash in between leaves
 * partitions that are empty and unowned. Used by one thread.
 */
public final class PartitionCreator implements EventLog.Preparation<MetadataState> {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionCreator.class);

    private record Planned(PartitionId id, int leaderEpoch, PartitionConfig config) {}

    /** Keeps what the topics of one change share, so that it is found once, however many topics there are. */
    private final class Shared {
        private final Map<Map<String, String>, PartitionConfigs> parsed = new HashMap<>();
        private Map<String, List<PartitionId>> stored;

        /** @return what the storage holds of topics of a name */
        List<PartitionId> stored(String topic) {
            if (stored == null) {
                stored = engine.stored().stream().collect(Collectors.groupingBy(PartitionId::topic));
            }
            return stored.getOrDefault(topic, List.of());
        }

        /** @return what a topic's own settings mean for its partitions */
        PartitionConfigs configs(Map<String, String> own) {
            return parsed.computeIfAbsent(own, topicConfigs::partitionConfigs);
        }
    }

    private final LogEngine engine;
    private final TopicConfigs topicConfigs;
    /** Partitions whose event was not logged, and whose deletion failed. */
    private final Set<PartitionId> abandoned = new HashSet<>();

    /**
     * @param engine where partitions are created
     * @param topicConfigs makes their configurations
     */
    public PartitionCreator(LogEngine engine, TopicConfigs topicConfigs) {
        this.engine = engine;
        this.topicConfigs = topicConfigs;
    }

    /**
     * Makes the creation of a topic wait while an earlier topic of its name is in force: that topic's
     * partitions are deleted first.
     */
    @Override
    public boolean waits(MetadataState inForce, MetadataState next) {
        for (Uuid id : next.changedTopics()) {
            TopicImage wanted = next.topic(id);
            TopicImage namesake = wanted == null ? null : inForce.topic(wanted.name());
            if (namesake != null && !namesake.id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Runnable prepare(MetadataState before, MetadataState next) {
        abandoned.retainAll(tryDelete(abandoned));
        List<PartitionId> made = new ArrayList<>();
        try {
            List<Planned> wanted = new ArrayList<>();
            Shared shared = new Shared();
            for (Uuid id : next.changedTopics()) {
                if (next.topic(id) != null) {
                    add(before.topic(id), next.topic(id), next, shared, wanted);
                }
            }
            wanted.forEach(partition -> made.add(partition.id()));
            make(wanted);
        } catch (RuntimeException e) {
            deleteMade(made);
            throw e;
        }
        return () -> deleteMade(made);
    }

    /**
     * Creates partitions of a restored server that were never copied to the remote tier. This comes before
     * the others are opened: what a start that was cut short has not brought back tells the next one that it
     * restores, and so that these are not lost.
     *
     * @param missing partitions of topics in the metadata
     * @param state the metadata
     * @throws StorageException if one cannot be created
     */
    public void makeAnew(List<PartitionId> missing, MetadataState state) {
        for (PartitionId id : missing) {
            Uuid topic = TopicIds.kafka(id.topicId());
            PartitionConfigs configs = topicConfigs.partitionConfigs(state.topicConfigs(id.topic()));
            int epoch = state.topic(topic).partitions().get(id.partition()).leaderEpoch;
            engine.open(id, epoch, configs.of(topic, id.partition()));
        }
    }

    private void add(TopicImage present, TopicImage wanted, MetadataState next, Shared shared, List<Planned> added) {
        PartitionConfigs configs = null;
        for (int number : wanted.partitions().keySet()) {
            if (present != null && present.partitions().containsKey(number)) {
                continue;
            }
            PartitionId id = TopicIds.partition(wanted, number);
            if (engine.partition(id).isPresent()) {
                continue; // imported, with its records
            }
            if (configs == null) {
                requireFree(wanted, shared);
                configs = shared.configs(next.topicConfigs(wanted.name()));
            }
            added.add(new Planned(id, wanted.partitions().get(number).leaderEpoch, configs.of(wanted.id(), number)));
        }
    }

    /** Creates partitions together, and opens each. One with records to copy is created by that. */
    private void make(List<Planned> wanted) {
        engine.create(wanted.stream()
                .filter(partition -> partition.config().copyOf().isEmpty())
                .map(Planned::id)
                .toList());
        wanted.forEach(partition -> open(partition.id(), partition.leaderEpoch(), partition.config()));
    }

    private void open(PartitionId id, int leaderEpoch, PartitionConfig config) {
        try {
            engine.open(id, leaderEpoch, config);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.MISUSE && config.copyOf().isPresent()) {
                throw RestoreSource.refused(e.getMessage());
            }
            throw e;
        }
    }

    /**
     * A deleted topic's partition that is still being opened, or could not be deleted yet, has the place. To
     * wait for it would hold up every other change.
     *
     * @throws StorageException RETRY if one of them is there
     */
    private static void requireFree(TopicImage wanted, Shared shared) {
        for (PartitionId other : shared.stored(wanted.name())) {
            if (wanted.partitions().containsKey(other.partition())
                    && !TopicIds.kafka(other.topicId()).equals(wanted.id())) {
                throw new StorageException(
                        StorageException.Kind.RETRY,
                        other + " of a deleted topic (id " + other.topicId() + ") is not gone yet: try again");
            }
        }
    }

    private void deleteMade(List<PartitionId> made) {
        abandoned.addAll(tryDelete(made));
    }

    /** @return those that could not be deleted */
    private Set<PartitionId> tryDelete(Collection<PartitionId> doomed) {
        Map<PartitionId, StorageException> refused = engine.deleteAll(doomed);
        refused.forEach((id, e) ->
                LOG.warn("{} was made for nothing and still takes space, trying again later: {}", id, e.getMessage()));
        return refused.keySet();
    }
}
