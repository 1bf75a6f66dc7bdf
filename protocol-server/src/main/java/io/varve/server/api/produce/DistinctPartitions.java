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
 * Of a partition that a produce request names more than once, under one mention of its topic or several, what
 * is said last counts, and each topic is answered once, as in Kafka. Stateless.
 */
final class DistinctPartitions {
    private record Key(String name, Uuid id) {}

    private DistinctPartitions() {}

    /**
     * @param topics what a request says
     * @return each topic once, with all that is said of its partitions
     */
    static Collection<TopicProduceData> oneOfEach(Collection<TopicProduceData> topics) {
        if (topics.size() < 2) {
            return topics;
        }
        Map<Key, TopicProduceData> once = new LinkedHashMap<>();
        for (TopicProduceData topic : topics) {
            once.merge(new Key(topic.name(), topic.topicId()), topic, DistinctPartitions::both);
        }
        return once.values();
    }

    private static TopicProduceData both(TopicProduceData before, TopicProduceData after) {
        List<PartitionProduceData> partitions = new ArrayList<>(before.partitionData());
        partitions.addAll(after.partitionData());
        return new TopicProduceData()
                .setName(before.name())
                .setTopicId(before.topicId())
                .setPartitionData(partitions);
    }

    /**
     * @param partitions what a request says of one topic's partitions
     * @return one of each
     */
    static Collection<PartitionProduceData> lastOfEach(List<PartitionProduceData> partitions) {
        if (partitions.size() < 2) {
            return partitions;
        }
        Map<Integer, PartitionProduceData> last = new LinkedHashMap<>();
        partitions.forEach(partition -> last.put(partition.index(), partition));
        return last.values();
    }
}
