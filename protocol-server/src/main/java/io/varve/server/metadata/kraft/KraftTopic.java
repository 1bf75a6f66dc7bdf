// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.kraft;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/**
 * A topic of another cluster, as that cluster's metadata describes it.
 *
 * @param name its name
 * @param id its id
 * @param configs its own settings by Kafka's names, without defaults
 * @param partitions its partitions, by partition number
 */
public record KraftTopic(String name, Uuid id, Map<String, String> configs, List<Partition> partitions) {
    /**
     * One partition.
     *
     * @param leaderEpoch the epoch of its last leader there
     * @param replicas nodes that have a copy
     * @param complete the replicas whose copy has every record that was ever acknowledged
     */
    public record Partition(int leaderEpoch, Set<Integer> replicas, Set<Integer> complete) {
        /** Copies the collections. */
        public Partition {
            replicas = Set.copyOf(replicas);
            complete = Set.copyOf(complete);
        }
    }

    /** Copies the collections. */
    public KraftTopic {
        configs = Map.copyOf(configs);
        partitions = List.copyOf(partitions);
    }
}
