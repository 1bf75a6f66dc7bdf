// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistinctPartitionsTest {
    private static List<PartitionProduceData> partitions(int count) {
        List<PartitionProduceData> partitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            partitions.add(new PartitionProduceData().setIndex(count - i));
        }
        return partitions;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 32, 33, 1_000})
    void differentPartitionsStayInTheirOrder(int count) {
        List<PartitionProduceData> sent = partitions(count);
        assertThat(DistinctPartitions.lastOfEach(sent)).containsExactlyElementsOf(sent);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 1_000})
    void ofAPartitionThatIsNamedTwiceTheLastCounts(int count) {
        List<PartitionProduceData> sent = partitions(count);
        PartitionProduceData again = new PartitionProduceData().setIndex(count).setRecords(null);
        sent.add(again);
        assertThat(DistinctPartitions.lastOfEach(sent))
                .hasSize(count)
                .filteredOn(partition -> partition.index() == count)
                .singleElement()
                .isSameAs(again);
    }
}
