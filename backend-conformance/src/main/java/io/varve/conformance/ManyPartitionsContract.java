// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
abstract class ManyPartitionsContract extends Contract {
    private static final int MANY = 300;

    ManyPartitionsContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    private List<PartitionStore> openAll() {
        List<PartitionStore> stores = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            stores.add(storage().open(new PartitionId("many", new UUID(1, 1), i), 1, SMALL));
        }
        return stores;
    }

    @Test
    void keepsThemApart() {
        List<PartitionStore> stores = openAll();
        for (int i = 0; i < MANY; i++) {
            for (int batch = 0; batch <= i % 12; batch++) {
                appendTen(stores.get(i));
            }
        }
        assertThat(storage().sync(stores).byPartition()).isEmpty();
        rig.crash();
        holdsWhatWasAppended(openAll());
        rig.reopen();
        holdsWhatWasAppended(openAll());
    }

    private static void holdsWhatWasAppended(List<PartitionStore> stores) {
        for (int i = 0; i < MANY; i++) {
            assertThat(readAll(stores.get(i), 0)).isEqualTo(tens(0, 10L * (i % 12 + 1)));
        }
    }
}
