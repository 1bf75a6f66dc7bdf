// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.core.spi.PartitionId;
import java.util.UUID;

/**
 * A partition of the workload.
 *
 * @param slot says its topic's name; one partition at a time has it
 * @param incarnation says its topic's id; never used twice
 */
public record WorkloadPartition(int slot, long incarnation) {
    /** @return the part whose {@link #id} this is */
    static WorkloadPartition of(PartitionId id) {
        return new WorkloadPartition(
                (int) id.topicId().getLeastSignificantBits(), id.topicId().getMostSignificantBits());
    }

    static WorkloadPartition parse(String text) {
        int colon = text.indexOf(':');
        return new WorkloadPartition(
                Integer.parseInt(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
    }

    /** @return its name in the storage */
    public PartitionId id() {
        return new PartitionId("crash" + slot, new UUID(incarnation, slot), 0);
    }

    /** @return {@code slot:incarnation} */
    @Override
    public String toString() {
        return slot + ":" + incarnation;
    }
}
