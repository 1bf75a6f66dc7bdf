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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the engine's partitions what the metadata says, and shows the topics whose partitions are all open. Look-ups from any thread;
 * {@link #follow} by one thread at a time.
 */
public final class ServedTopics implements Topics {
    private static final Logger LOG = LoggerFactory.getLogger(ServedTopics.class);

    private record Change(Topic before, Topic after) {}

    private final LogEngine engine;
    private final TopicConfigs definitions;
    private final List<TopicListener> watchers = new CopyOnWriteArrayList<>();
    private final Map<String, Topic> byName = new ConcurrentHashMap<>();
    private final Map<Uuid, Topic> byId = new ConcurrentHashMap<>();
    /** Topics that may have partitions in the engine beyond those served; used by the following thread only. */
    private final Set<Uuid> incomplete = new HashSet<>();
    /** Partitions of deleted topics that could not be deleted yet; guarded as {@code incomplete} is. */
    private final Set<PartitionId> refused = new HashSet<>();
    /** Topics whose settings are the same but may mean something else now; guarded as {@code incomplete} is. */
    private final Set<Uuid> reconsidered = new HashSet<>();
    /** Held while topics change, so that a new watcher misses nothing. */
    private final Object publishing = new Object();

    public ServedTopics(LogEngine engine, TopicConfigs definitions) {
        this.engine = engine;
        this.definitions = definitions;
    }

    @Override
    public Topic byName(String name) {
        return name == null ? null : byName.get(name);
    }

    @Override
    public Topic byId(Uuid id) {
        return id == null ? null : byId.get(id);
    }

    @Override
    public Collection<Topic> all() {
        return List.copyOf(byId.values());
    }

    @Override
    public int size() {
        return byId.size();
    }

    @Override
    public void watch(TopicListener watcher) {
        synchronized (publishing) {
            byId.values().forEach(topic -> watcher.changed(null, topic));
            watchers.add(watcher);
        }
    }

    /**
     * Brings topics to what the metadata says: hides and deletes what is gone, opens and creates partitions, applies settings, shows the
     * result. What is gone goes first: a successor of the same name may need its place.
     *
     * @param ids the topics that may differ
     * @param catalog the durable metadata
     * @return the topics that could not be opened or deleted; to be tried again later
     */
    public List<Uuid> follow(Collection<Uuid> ids, MetadataState catalog) {
        List<Uuid> gone = ids.stream().filter(id -> catalog.topic(id) == null).toList();
        List<Uuid> kept = ids.stream().filter(id -> catalog.topic(id) != null).toList();
        List<Uuid> failed = new ArrayList<>(remove(gone));
        failed.addAll(update(kept, catalog));
        return failed;
    }

    /** Has the next {@link #follow} of each topic apply its settings, though they are the same: the broker's defaults have changed. */
    public void reconsiderAll() {
        reconsidered.addAll(byId.keySet());
    }

    private List<Uuid> remove(List<Uuid> ids) {
        List<Uuid> failed = new ArrayList<>();
        Set<UUID> unserved = new HashSet<>();
        for (Uuid id : ids) {
            reconsidered.remove(id);
            Topic before = byId.get(id);
            if (before != null) {
                publish(new Change(before, null));
                if (!deleteAll(before.partitions().stream().map(PartitionLog::id))) {
                    failed.add(id);
                }
            }
            if (incomplete.remove(id) || before == null) {
                unserved.add(java(id));
            }
        }
        if (!unserved.isEmpty() && !deleteAll(engine.stored().stream().filter(id -> unserved.contains(id.topicId())))) {
            ids.stream().filter(id -> unserved.contains(java(id))).forEach(failed::add);
        }
        return failed;
    }

    /** @return false if some of them are still there */
    private boolean deleteAll(Stream<PartitionId> partitions) {
        return partitions.map(this::delete).reduce(true, Boolean::logicalAnd);
    }

    private List<Uuid> update(List<Uuid> ids, MetadataState catalog) {
        List<Uuid> failed = new ArrayList<>();
        Map<Map<String, String>, PartitionConfigs> parsed = new HashMap<>();
        for (Uuid id : ids) {
            Topic before = byId.get(id);
            TopicImage wanted = catalog.topic(id);
            Map<String, String> configs = catalog.topicConfigs(wanted.name());
            try {
                Topic after =
                        open(wanted, before, configs, parsed.computeIfAbsent(configs, definitions::partitionConfigs));
                if (before != after) {
                    publish(new Change(before, after));
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

    private void publish(Change change) {
        synchronized (publishing) {
            if (change.after != null) {
                byId.put(change.after.id(), change.after);
                byName.put(change.after.name(), change.after);
            } else {
                byName.remove(change.before.name());
                byId.remove(change.before.id());
            }
            watchers.forEach(watcher -> tell(watcher, change));
        }
    }

    private static void tell(TopicListener watcher, Change change) {
        try {
            watcher.changed(change.before, change.after);
        } catch (RuntimeException e) {
            LOG.error("A watcher of topics failed", e);
        }
    }

    private Topic open(TopicImage wanted, Topic before, Map<String, String> configs, PartitionConfigs meaning) {
        int count = wanted.partitions().size();
        if (before != null
                && !reconsidered.contains(wanted.id())
                && before.partitions().size() == count
                && before.configs().equals(configs)) {
            return before;
        }
        List<PartitionLog> logs = new ArrayList<>(count);
        for (int p = 0; p < count; p++) {
            PartitionConfig config = meaning.of(wanted.id(), p);
            PartitionLog log = before == null ? null : before.partition(p);
            if (log == null) {
                log = engine.open(partition(wanted, p), wanted.partitions().get(p).leaderEpoch, config);
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

    public static PartitionId partition(TopicImage topic, int partition) {
        return new PartitionId(topic.name(), java(topic.id()), partition);
    }

    public static UUID java(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
