// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.config.PartitionConfigs;
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
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the engine's partitions with the metadata: opens, creates, configures and deletes them.
 * Shows the topics whose partitions are all open in a {@link TopicRegistry}. Used by one thread at a time.
 */
public final class TopicReconciler {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReconciler.class);

    private final LogEngine engine;
    private final TopicConfigs topicConfigs;
    private final TopicRegistry served;
    /** Topics that may have partitions in the engine beyond those served. */
    private final Set<Uuid> incomplete = new HashSet<>();
    /** Partitions of deleted topics that could not be deleted yet. */
    private final Set<PartitionId> refused = new HashSet<>();
    /** Topics whose own settings have not changed, and whose defaults have. */
    private final Set<Uuid> reconsidered = new HashSet<>();

    /**
     * @param engine holds the partitions
     * @param topicConfigs makes the partitions' configurations from a topic's settings
     * @param served shows the topics
     */
    public TopicReconciler(LogEngine engine, TopicConfigs topicConfigs, TopicRegistry served) {
        this.engine = engine;
        this.topicConfigs = topicConfigs;
        this.served = served;
    }

    /**
     * Hides and deletes topics that are gone, opens and creates partitions, applies settings, shows the
     * result. Deletions come first: a new topic of the same name may need the place of a deleted one.
     *
     * @param ids the topics that may differ
     * @param state the durable metadata
     * @return the topics that could not be opened or deleted; to be tried again later
     */
    public List<Uuid> reconcile(Collection<Uuid> ids, MetadataState state) {
        List<Uuid> gone = ids.stream().filter(id -> state.topic(id) == null).toList();
        List<Uuid> kept = ids.stream().filter(id -> state.topic(id) != null).toList();
        List<Uuid> failed = new ArrayList<>(remove(gone));
        failed.addAll(update(kept, state));
        return failed;
    }

    /**
     * Makes the next {@link #reconcile} of each topic apply its settings even if they have not changed: the
     * broker's defaults have.
     */
    public void reconsiderAll() {
        served.all().forEach(topic -> reconsidered.add(topic.id()));
    }

    private List<Uuid> remove(List<Uuid> ids) {
        List<Uuid> failed = new ArrayList<>();
        Set<UUID> unserved = new HashSet<>();
        for (Uuid id : ids) {
            reconsidered.remove(id);
            Topic before = served.byId(id);
            if (before != null) {
                served.publish(before, null);
                if (!deleteAll(before.partitions().stream().map(PartitionLog::id))) {
                    failed.add(id);
                }
            }
            if (incomplete.remove(id) || before == null) {
                unserved.add(TopicIds.java(id));
            }
        }
        if (!unserved.isEmpty() && !deleteAll(engine.stored().stream().filter(id -> unserved.contains(id.topicId())))) {
            ids.stream().filter(id -> unserved.contains(TopicIds.java(id))).forEach(failed::add);
        }
        return failed;
    }

    /** @return true if all of them are deleted */
    private boolean deleteAll(Stream<PartitionId> partitions) {
        return partitions.map(this::delete).reduce(true, Boolean::logicalAnd);
    }

    private List<Uuid> update(List<Uuid> ids, MetadataState state) {
        List<Uuid> failed = new ArrayList<>();
        Map<Map<String, String>, PartitionConfigs> parsed = new HashMap<>();
        for (Uuid id : ids) {
            Topic before = served.byId(id);
            TopicImage wanted = state.topic(id);
            Map<String, String> configs = state.topicConfigs(wanted.name());
            try {
                Topic after =
                        open(wanted, before, configs, parsed.computeIfAbsent(configs, topicConfigs::partitionConfigs));
                if (before != after) {
                    served.publish(before, after);
                }
                if (incomplete.remove(id)) {
                    LOG.info("Topic {} is served as it should be again", wanted.name());
                }
            } catch (StorageException e) {
                failed.add(id);
                if (incomplete.add(id)) {
                    LOG.error(
                            "Topic {} cannot be served as it should be, trying again every second: {}",
                            wanted.name(),
                            e.getMessage());
                }
            }
        }
        return failed;
    }

    private Topic open(
            TopicImage wanted, Topic before, Map<String, String> configs, PartitionConfigs partitionConfigs) {
        int count = wanted.partitions().size();
        if (before != null
                && !reconsidered.contains(wanted.id())
                && before.partitions().size() == count
                && before.configs().equals(configs)) {
            return before;
        }
        List<PartitionLog> logs = new ArrayList<>(count);
        for (int p = 0; p < count; p++) {
            PartitionConfig config = partitionConfigs.of(wanted.id(), p);
            PartitionLog log = before == null ? null : before.partition(p);
            if (log == null) {
                log = engine.open(
                        TopicIds.partition(wanted, p), wanted.partitions().get(p).leaderEpoch, config);
            }
            log.configure(config);
            logs.add(log);
        }
        reconsidered.remove(wanted.id());
        boolean internal = org.apache.kafka.common.internals.Topic.isInternal(wanted.name());
        return new Topic(wanted.name(), wanted.id(), logs, configs, internal);
    }

    private boolean delete(PartitionId id) {
        try {
            engine.delete(id);
            refused.remove(id);
            return true;
        } catch (StorageException e) {
            if (refused.add(id)) {
                LOG.error("{} is deleted but still takes space, trying again every second: {}", id, e.getMessage());
            }
            return false;
        }
    }
}
