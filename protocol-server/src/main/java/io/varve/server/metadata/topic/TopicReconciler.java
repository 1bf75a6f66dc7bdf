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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the engine's partitions with the metadata: has them opened, configures and deletes them. Shows
 * the topics, with the partitions that are open, in a {@link TopicRegistry}. Used by one thread at a time.
 */
public final class TopicReconciler {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReconciler.class);

    private final LogEngine engine;
    private final PartitionOpener opener;
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
     * @param opener opens partitions that are not open
     * @param topicConfigs makes the partitions' configurations from a topic's settings
     * @param served shows the topics
     */
    public TopicReconciler(LogEngine engine, PartitionOpener opener, TopicConfigs topicConfigs, TopicRegistry served) {
        this.engine = engine;
        this.opener = opener;
        this.topicConfigs = topicConfigs;
        this.served = served;
    }

    /**
     * Hides and deletes topics that are gone, has partitions opened or created, applies settings, shows the
     * result. Deletions come first: a new topic of the same name may need the place of a deleted one. A topic
     * is shown at once; its partitions as they are open, by the next call for it.
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
        Set<Uuid> failed = new LinkedHashSet<>();
        Set<UUID> unserved = new HashSet<>();
        Set<PartitionId> doomed = new LinkedHashSet<>();
        for (Uuid id : ids) {
            reconsidered.remove(id);
            Topic before = served.byId(id);
            if (before != null) {
                served.publish(before, null);
            }
            if (!opener.forget(TopicIds.java(id))) {
                // A partition that is being opened is deleted once it is open.
                incomplete.add(id);
                failed.add(id);
                continue;
            }
            if (before != null) {
                partitions(before).forEach(doomed::add);
            }
            if (incomplete.remove(id) || before == null) {
                unserved.add(TopicIds.java(id));
            }
        }
        if (!unserved.isEmpty()) {
            engine.stored().stream()
                    .filter(id -> unserved.contains(id.topicId()))
                    .forEach(doomed::add);
        }
        delete(doomed).forEach(id -> failed.add(TopicIds.kafka(id.topicId())));
        return List.copyOf(failed);
    }

    private static Stream<PartitionId> partitions(Topic topic) {
        UUID id = TopicIds.java(topic.id());
        return IntStream.range(0, topic.count()).mapToObj(number -> new PartitionId(topic.name(), id, number));
    }

    private List<Uuid> update(List<Uuid> ids, MetadataState state) {
        List<Uuid> failed = new ArrayList<>();
        Map<Map<String, String>, PartitionConfigs> parsed = new HashMap<>();
        for (Uuid id : ids) {
            TopicImage wanted = state.topic(id);
            Map<String, String> configs = state.topicConfigs(wanted.name());
            StorageException failure;
            try {
                failure = update(wanted, configs, parsed.computeIfAbsent(configs, topicConfigs::partitionConfigs));
            } catch (StorageException e) {
                failure = e;
            }
            if (failure != null) {
                failed.add(id);
                if (incomplete.add(id)) {
                    LOG.error(
                            "Topic {} cannot be served as it should be, trying again every second: {}",
                            wanted.name(),
                            failure.getMessage());
                }
            } else if (served.byId(id).isOpen() && incomplete.remove(id)) {
                LOG.info("Topic {} is served as it should be again", wanted.name());
            }
        }
        return failed;
    }

    /**
     * Shows a topic as it is now.
     *
     * @return why one of its partitions could not be opened; null if none failed
     * @throws StorageException if a partition that is shown refuses its settings; nothing has been shown then
     */
    private StorageException update(TopicImage wanted, Map<String, String> configs, PartitionConfigs partitionConfigs) {
        Topic before = served.byId(wanted.id());
        int count = wanted.partitions().size();
        boolean configured = before != null
                && !reconsidered.contains(wanted.id())
                && before.configs().equals(configs);
        if (configured && before.count() == count && before.isOpen()) {
            return null;
        }
        List<PartitionLog> logs = new ArrayList<>(count);
        StorageException failure = null;
        for (int p = 0; p < count; p++) {
            PartitionLog log = before == null ? null : before.partition(p);
            if (log == null) {
                try {
                    log = opened(wanted, p, partitionConfigs.of(wanted.id(), p));
                } catch (StorageException e) {
                    failure = failure == null ? e : failure;
                }
            } else if (!configured) {
                log.configure(partitionConfigs.of(wanted.id(), p));
            }
            logs.add(log);
        }
        reconsidered.remove(wanted.id());
        boolean internal = org.apache.kafka.common.internals.Topic.isInternal(wanted.name());
        Topic after = new Topic(wanted.name(), wanted.id(), logs, configs, internal);
        if (before == null || !after.equals(before)) {
            served.publish(before, after);
        }
        return failure;
    }

    /** @return the log with its settings, or null while it is opened */
    private PartitionLog opened(TopicImage topic, int partition, PartitionConfig config) {
        int epoch = topic.partitions().get(partition).leaderEpoch;
        PartitionLog log = opener.open(TopicIds.partition(topic, partition), epoch, config);
        if (log != null) {
            log.configure(config); // it may have been opened with the settings of an earlier time
        }
        return log;
    }

    /** @return those that could not be deleted */
    private Set<PartitionId> delete(Set<PartitionId> doomed) {
        Map<PartitionId, StorageException> failures = engine.deleteAll(doomed);
        refused.removeIf(id -> doomed.contains(id) && !failures.containsKey(id));
        failures.forEach((id, e) -> {
            if (refused.add(id)) {
                LOG.error("{} is deleted but still takes space, trying again every second: {}", id, e.getMessage());
            }
        });
        return failures.keySet();
    }
}
