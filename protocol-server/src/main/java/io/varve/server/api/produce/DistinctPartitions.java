// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;

/**
 * Removes duplicates from a produce request, as Kafka does: merges the entries of a topic, and keeps the last
 * entry of each partition. Stateless.
 */
public final class DistinctPartitions {
    private record Key(String name, Uuid id) {}

    /** So many partitions are compared with each other for less than a table of them costs. */
    private static final int FEW = 32;

    private DistinctPartitions() {}

    /**
     * @param topics the topics of a request
     * @return each topic once, with the partitions of all its entries
     */
    public static Collection<TopicProduceData> mergeTopics(Collection<TopicProduceData> topics) {
        if (topics.size() < 2) {
            return topics;
        }
        Map<Key, TopicProduceData> once = new LinkedHashMap<>();
        for (TopicProduceData topic : topics) {
            once.merge(new Key(topic.name(), topic.topicId()), topic, DistinctPartitions::merge);
        }
        return once.values();
    }

    private static TopicProduceData merge(TopicProduceData before, TopicProduceData after) {
        List<PartitionProduceData> partitions = new ArrayList<>(before.partitionData());
        partitions.addAll(after.partitionData());
        return new TopicProduceData()
                .setName(before.name())
                .setTopicId(before.topicId())
                .setPartitionData(partitions);
    }

    /**
     * @param partitions the partitions of one topic in a request
     * @return the last entry of each partition
     */
    public static Collection<PartitionProduceData> lastOfEach(List<PartitionProduceData> partitions) {
        if (partitions.size() <= FEW && areDistinct(partitions)) {
            return partitions;
        }
        Map<Integer, PartitionProduceData> last = new LinkedHashMap<>();
        partitions.forEach(partition -> last.put(partition.index(), partition));
        return last.values();
    }

    private static boolean areDistinct(List<PartitionProduceData> partitions) {
        for (int i = 1; i < partitions.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (partitions.get(i).index() == partitions.get(j).index()) {
                    return false;
                }
            }
        }
        return true;
    }
}
