// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.support.ContractChecks;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.RemotePartition;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows the partitions that exist: those of the hot storage, and those that are in the bucket only, as after
 * the loss of a disk. Thread-safe.
 */
final class PartitionCatalog {
    private final Manifest manifest;
    private final FailPoints failPoints;
    private final ConcurrentHashMap<PartitionId, S3Partition> partitions = new ConcurrentHashMap<>();
    /** Partitions that exist, by topic name and number. */
    private final ConcurrentHashMap<String, PartitionId> existing = new ConcurrentHashMap<>();

    private final int lost;

    /**
     * @param hot the partitions of the hot storage
     * @param manifest knows those in the bucket
     * @param failPoints where tests end a partition's work
     */
    PartitionCatalog(Set<PartitionId> hot, Manifest manifest, FailPoints failPoints) {
        this.manifest = manifest;
        this.failPoints = failPoints;
        hot.forEach(id -> existing.put(id.toString(), id));
        int inBucketOnly = 0;
        for (RemotePartition remote : manifest.partitions()) {
            if (!remote.aside() && existing.putIfAbsent(remote.id().toString(), remote.id()) == null) {
                inBucketOnly++;
            }
        }
        lost = inBucketOnly;
    }

    Set<PartitionId> ids() {
        return Set.copyOf(existing.values());
    }

    /** @return number of partitions that were in the bucket only when the storage was opened */
    int lost() {
        return lost;
    }

    boolean exists(PartitionId id) {
        return id.equals(existing.get(id.toString()));
    }

    /** @throws io.varve.core.spi.StorageException MISUSE if another incarnation of the topic exists */
    void requireOnlyIncarnation(PartitionId id) {
        PartitionId present = existing.get(id.toString());
        if (present != null) {
            ContractChecks.requireSameIncarnation(id, present, "");
        }
    }

    S3Partition partition(PartitionId id) {
        return partitions.computeIfAbsent(id, absent -> new S3Partition(absent, manifest, failPoints));
    }

    void opened(PartitionId id) {
        existing.put(id.toString(), id);
    }

    /** Takes back {@link #opened}, for a partition of which nothing was made. */
    void notMade(PartitionId id) {
        existing.remove(id.toString(), id);
    }

    void removed(S3Partition partition) {
        partitions.remove(partition.id(), partition);
        existing.remove(partition.id().toString(), partition.id());
    }

    /** @return partitions that were opened in this process, and others that were about to be */
    Collection<S3Partition> opened() {
        return partitions.values();
    }
}
