// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the engine's partitions what the metadata says, and shows the topics whose partitions are all open. Look-ups from any thread;
 * {@link #follow} by one thread at a time.
 */
final class ServedTopics implements Topics {
    private static final Logger LOG = LoggerFactory.getLogger(ServedTopics.class);

    private record View(Map<String, Topic> byName, Map<Uuid, Topic> byId, Collection<Topic> all) {
        static View of(Map<Uuid, Topic> byId) {
            Map<String, Topic> byName = new HashMap<>();
            byId.values().forEach(topic -> byName.put(topic.name(), topic));
            return new View(byName, byId, List.copyOf(byId.values()));
        }
    }

    private record Change(Topic before, Topic after) {}

    private final LogEngine engine;
    private final TopicConfigs definitions;
    private final List<TopicWatcher> watchers = new CopyOnWriteArrayList<>();
    private final Object publishing = new Object();
    private volatile View view = View.of(Map.of());

    ServedTopics(LogEngine engine, TopicConfigs definitions) {
        this.engine = engine;
        this.definitions = definitions;
    }

    @Override
    public Topic byName(String name) {
        return view.byName.get(name);
    }

    @Override
    public Topic byId(Uuid id) {
        return view.byId.get(id);
    }

    @Override
    public Collection<Topic> all() {
        return view.all;
    }

    @Override
    public void watch(TopicWatcher watcher) {
        synchronized (publishing) {
            view.all.forEach(topic -> watcher.changed(null, topic));
            watchers.add(watcher);
        }
    }

    /**
     * Brings topics to what the metadata says: hides and deletes what is gone, opens and creates partitions, applies settings, shows the
     * result. What is gone goes first: a successor of the same name may need its place.
     *
     * @param ids the topics that may differ
     * @param catalog the durable metadata
     * @return the topics that could not be opened; to be tried again later
     */
    List<Uuid> follow(Collection<Uuid> ids, Catalog catalog) {
        List<Uuid> gone = ids.stream().filter(id -> catalog.topic(id) == null).toList();
        List<Uuid> kept = ids.stream().filter(id -> catalog.topic(id) != null).toList();
        remove(gone);
        return update(kept, catalog);
    }

    private void remove(List<Uuid> ids) {
        if (ids.isEmpty()) {
            return;
        }
        Map<Uuid, Topic> next = new LinkedHashMap<>(view.byId);
        List<Change> changes = new ArrayList<>();
        for (Uuid id : ids) {
            Topic before = next.remove(id);
            if (before != null) {
                changes.add(new Change(before, null));
            }
        }
        publish(View.of(next), changes);
        delete(ids);
    }

    private List<Uuid> update(List<Uuid> ids, Catalog catalog) {
        Map<Uuid, Topic> next = new LinkedHashMap<>(view.byId);
        List<Change> changes = new ArrayList<>();
        List<Uuid> failed = new ArrayList<>();
        for (Uuid id : ids) {
            Topic before = next.get(id);
            TopicImage wanted = catalog.topic(id);
            try {
                Topic after = open(wanted, before, catalog.topicConfigs(wanted.name()));
                if (before != after) {
                    next.put(id, after);
                    changes.add(new Change(before, after));
                }
            } catch (StorageException e) {
                LOG.error(
                        "Topic {} cannot be served as it should, trying again in a while: {}",
                        wanted.name(),
                        e.getMessage());
                failed.add(id);
            }
        }
        publish(View.of(next), changes);
        return failed;
    }

    private void publish(View next, List<Change> changes) {
        synchronized (publishing) {
            view = next;
            changes.forEach(change -> watchers.forEach(watcher -> tell(watcher, change)));
        }
    }

    private static void tell(TopicWatcher watcher, Change change) {
        try {
            watcher.changed(change.before, change.after);
        } catch (RuntimeException e) {
            LOG.error("A watcher of topics failed", e);
        }
    }

    private Topic open(TopicImage wanted, Topic before, Map<String, String> configs) {
        int count = wanted.partitions().size();
        if (before != null
                && before.partitions().size() == count
                && before.configs().equals(configs)) {
            return before;
        }
        var config = definitions.partitionConfig(configs);
        List<PartitionLog> logs = new ArrayList<>(count);
        for (int p = 0; p < count; p++) {
            PartitionLog log = before == null ? null : before.partition(p);
            if (log == null) {
                log = engine.open(partition(wanted, p), wanted.partitions().get(p).leaderEpoch, config);
            }
            log.configure(config);
            logs.add(log);
        }
        boolean internal = org.apache.kafka.common.internals.Topic.isInternal(wanted.name());
        return new Topic(wanted.name(), wanted.id(), logs, configs, internal);
    }

    private void delete(List<Uuid> gone) {
        Set<UUID> ids = new HashSet<>();
        gone.forEach(id -> ids.add(java(id)));
        for (PartitionId stored : engine.stored()) {
            if (ids.contains(stored.topicId())) {
                try {
                    engine.delete(stored);
                } catch (StorageException e) {
                    LOG.error("{} is deleted but still takes space until the next start: {}", stored, e.getMessage());
                }
            }
        }
    }

    static PartitionId partition(TopicImage topic, int partition) {
        return new PartitionId(topic.name(), java(topic.id()), partition);
    }

    static UUID java(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
