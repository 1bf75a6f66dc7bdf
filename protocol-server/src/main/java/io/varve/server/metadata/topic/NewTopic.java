// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;

/**
 * A topic that a client wants created, unchecked.
 *
 * @param name its name
 * @param partitions how many, or -1 for the broker's default
 * @param replicationFactor how many copies, or -1 for the broker's default
 * @param assignments brokers by partition number, empty to let the broker choose; then both counts are to be
 *     -1
 * @param configs its own settings; values may be null
 */
public record NewTopic(
        String name,
        int partitions,
        int replicationFactor,
        Map<Integer, List<Integer>> assignments,
        Map<String, String> configs) {
    /** A number to be filled in by the broker. */
    public static final int BROKER_DEFAULT = -1;

    /**
     * @param name its name
     * @return a topic all of whose properties are the broker's defaults
     */
    public static NewTopic withDefaults(String name) {
        return new NewTopic(name, BROKER_DEFAULT, BROKER_DEFAULT, Map.of(), Map.of());
    }

    /**
     * @param wanted a topic as a request names it
     * @return the same; if one partition is assigned twice, the last assignment counts
     */
    public static NewTopic of(CreatableTopic wanted) {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        wanted.assignments().forEach(each -> assignments.put(each.partitionIndex(), each.brokerIds()));
        Map<String, String> configs = new HashMap<>();
        wanted.configs().forEach(config -> configs.put(config.name(), config.value()));
        return new NewTopic(wanted.name(), wanted.numPartitions(), wanted.replicationFactor(), assignments, configs);
    }
}
