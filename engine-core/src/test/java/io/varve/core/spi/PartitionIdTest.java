// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartitionIdTest {
    private static final UUID TOPIC = new UUID(7, 11);
    private static final PartitionId ID = new PartitionId("orders", TOPIC, 3);

    @Test
    void isEqualToWhatHasTheSameNameIdAndNumber() {
        PartitionId same = new PartitionId("or" + "ders".substring(0), new UUID(7, 11), 3);
        assertThat(same).isEqualTo(ID).hasSameHashCodeAs(ID).isEqualByComparingTo(ID);
    }

    @Test
    void differsInEachPart() {
        assertThat(new PartitionId("order", TOPIC, 3)).isNotEqualTo(ID);
        assertThat(new PartitionId("orders", new UUID(7, 12), 3)).isNotEqualTo(ID);
        assertThat(new PartitionId("orders", TOPIC, 4)).isNotEqualTo(ID);
        assertThat(ID).isNotEqualTo(null).isNotEqualTo("orders-3");
    }

    @Test
    void isOrderedByNameThenNumberThenTopicId() {
        List<PartitionId> ascending = List.of(
                new PartitionId("orders", new UUID(9, 9), 2),
                new PartitionId("orders", new UUID(0, 1), 10),
                new PartitionId("orders", new UUID(0, 2), 10),
                new PartitionId("orders-2", new UUID(0, 0), 0));
        List<PartitionId> sorted = new ArrayList<>(ascending);
        Collections.reverse(sorted);
        Collections.sort(sorted);
        assertThat(sorted).isEqualTo(ascending);
    }
}
