// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.core.log.PartitionLog;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * A topic that is served, with its partitions' logs. Immutable: a change makes a new one.
 *
 * @param name its name
 * @param id its id
 * @param partitions its partitions' logs, by partition number
 * @param configs the topic's own settings by Kafka's names, without defaults
 * @param internal true for the broker's own topics ({@code __consumer_offsets} and the like), which clients
 *     may not write
 */
public record Topic(
        String name, Uuid id, List<PartitionLog> partitions, Map<String, String> configs, boolean internal) {
    /** Copies the collections. */
    public Topic {
        partitions = List.copyOf(partitions);
        configs = Map.copyOf(configs);
    }

    /**
     * @param topic a topic, or null
     * @param partition a partition number, any value
     * @return its log, or null when there is no such topic or partition
     */
    public static PartitionLog log(Topic topic, int partition) {
        return topic == null ? null : topic.partition(partition);
    }

    /**
     * @param partition a partition number, any value
     * @return its log, or null when there is no such partition
     */
    public PartitionLog partition(int partition) {
        return partition >= 0 && partition < partitions.size() ? partitions.get(partition) : null;
    }
}
