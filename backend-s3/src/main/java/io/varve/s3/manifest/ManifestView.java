// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

/** Shows the tier's state: which segments are in the bucket. Thread-safe. */
public interface ManifestView {
    /**
     * @param id which partition
     * @return its state as last committed; empty if it has none, or was set aside
     */
    Optional<RemotePartition> partition(PartitionId id);

    /** @return every partition, those set aside too; a copy */
    Collection<RemotePartition> partitions();

    /**
     * @param object id of an object
     * @return true if a segment of any partition lies in it, also of one that was set aside
     */
    boolean names(UUID object);

    /** @return the claim of the storage's owner; empty if nobody has claimed it yet */
    Optional<Claim> owner();

    /** @return number of the last entry that this state includes; 0 if there is none */
    long number();
}
