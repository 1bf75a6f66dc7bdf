// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.util.Map;

/**
 * Holds the failures of a {@link Storage#sync}.
 *
 * @param byPartition the failure of each partition that is not durable
 */
public record SyncFailures(Map<PartitionId, StorageException> byPartition) {
    /** Everything was made durable. */
    public static final SyncFailures NONE = new SyncFailures(Map.of());

    /** Copies the map. */
    public SyncFailures {
        byPartition = Map.copyOf(byPartition);
    }
}
