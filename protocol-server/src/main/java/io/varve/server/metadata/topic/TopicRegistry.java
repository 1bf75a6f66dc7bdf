// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the topics served now, and calls listeners when they change, or when partitions of theirs are open.
 * Thread-safe.
 */
public final class TopicRegistry implements Topics {
    private static final Logger LOG = LoggerFactory.getLogger(TopicRegistry.class);

    private final List<TopicListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Topic> byName = new ConcurrentHashMap<>();
    private final Map<Uuid, Topic> byId = new ConcurrentHashMap<>();
    /** Held while topics change, so that a new listener misses nothing. */
    private final Object publishing = new Object();

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
    public void addListener(TopicListener listener) {
        synchronized (publishing) {
            byId.values().forEach(topic -> listener.changed(null, topic));
            listeners.add(listener);
        }
    }

    /**
     * Replaces a topic, then calls the listeners.
     *
     * @param before the topic as it was, or null when it is new
     * @param after the topic as it is, or null when it is deleted
     */
    void publish(Topic before, Topic after) {
        synchronized (publishing) {
            if (after != null) {
                byId.put(after.id(), after);
                byName.put(after.name(), after);
            } else {
                byName.remove(before.name());
                byId.remove(before.id());
            }
            listeners.forEach(listener -> call(listener, before, after));
        }
    }

    private static void call(TopicListener listener, Topic before, Topic after) {
        try {
            listener.changed(before, after);
        } catch (RuntimeException e) {
            LOG.error("A listener of topics failed", e);
        }
    }
}
