// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.log.PartitionLog;
import java.util.Collection;
import org.apache.kafka.common.Uuid;

/** Finds the topics served now. Thread-safe; look-ups take no lock. */
public interface Topics {
    /**
     * @param name a topic name, any string
     * @return the topic, or null
     */
    Topic byName(String name);

    /**
     * @param id a topic id, any value
     * @return the topic, or null
     */
    Topic byId(Uuid id);

    /**
     * @param topic a topic name, any string
     * @param partition a partition number, any value
     * @return the partition's log, or null when there is no such topic or partition
     */
    default PartitionLog log(String topic, int partition) {
        return Topic.log(byName(topic), partition);
    }

    /** @return all topics; a snapshot that does not change */
    Collection<Topic> all();

    /** @return number of topics */
    default int size() {
        return all().size();
    }

    /**
     * Calls a listener first for each existing topic, as new, then for each change, as long as the server
     * runs. No topic is missed or reported twice.
     *
     * @param listener what is called
     */
    void addListener(TopicListener listener);
}
