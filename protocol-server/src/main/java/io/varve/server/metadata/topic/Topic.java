// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.log.PartitionLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * A topic that is served, with the logs of its partitions as far as they are open: a start opens them while
 * it serves clients. Immutable: a change makes a new one.
 *
 * @param name its name
 * @param id its id
 * @param logs its partitions' logs, by partition number; null where a partition is not open yet
 * @param configs the topic's own settings by Kafka's names, without defaults
 * @param internal true for the broker's own topics ({@code __consumer_offsets} and the like), which clients
 *     may not write
 */
public record Topic(String name, Uuid id, List<PartitionLog> logs, Map<String, String> configs, boolean internal) {
    /** Copies the collections. */
    public Topic {
        logs = Collections.unmodifiableList(new ArrayList<>(logs));
        configs = Map.copyOf(configs);
    }

    /**
     * @param topic a topic, or null
     * @param partition a partition number, any value
     * @return its log, or null when there is no such topic or partition, or the partition is not open yet
     */
    public static PartitionLog log(Topic topic, int partition) {
        return topic == null ? null : topic.partition(partition);
    }

    /**
     * @param topic a topic, or null
     * @param partition a partition number, any value
     * @return true if there is such a topic and partition, open or not
     */
    public static boolean exists(Topic topic, int partition) {
        return topic != null && partition >= 0 && partition < topic.count();
    }

    /**
     * @param topic a topic, or null
     * @param partition the number of a partition that has no log
     * @return why it has none: UNKNOWN_TOPIC_OR_PARTITION, or, while it is not open yet,
     *     NOT_LEADER_OR_FOLLOWER, so that clients try again
     */
    public static Errors missing(Topic topic, int partition) {
        return exists(topic, partition) ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /** @return number of partitions, open or not */
    public int count() {
        return logs.size();
    }

    /** @return the logs of the partitions that are open, in the order of their numbers */
    public List<PartitionLog> open() {
        return logs.stream().filter(Objects::nonNull).toList();
    }

    /** @return true if all partitions are open */
    public boolean isOpen() {
        return logs.stream().allMatch(Objects::nonNull);
    }

    /**
     * @param partition a partition number, any value
     * @return its log, or null when there is no such partition, or it is not open yet
     */
    public PartitionLog partition(int partition) {
        return partition >= 0 && partition < logs.size() ? logs.get(partition) : null;
    }
}
