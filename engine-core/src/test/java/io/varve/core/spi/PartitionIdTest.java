// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

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
}
