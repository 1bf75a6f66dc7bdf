// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.log;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;

/** Of a partition that a produce request names more than once, what is said last counts, as in Kafka. Stateless. */
final class NamedTwice {
    private NamedTwice() {}

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
