// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import java.util.List;
import java.util.Set;

/**
 * Holds the settings of the disk reserve.
 *
 * @param bytes bytes reserved in each data directory for writes that lead to more free space when the file
 *     system is full; 0 reserves none ({@code storage.reserve.bytes})
 * @param topics topics whose appends may use the reserve ({@code storage.reserve.topics}), such as
 *     {@code __cluster_metadata}, which takes the events of deletions and settings
 */
public record DiskReserveConfig(long bytes, Set<String> topics) {
    /** Key of {@link #bytes}. */
    public static final String BYTES = "storage.reserve.bytes";
    /** Key of {@link #topics}. */
    public static final String TOPICS = "storage.reserve.topics";

    /** Definitions of both settings, for a backend to include in its own. */
    public static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.number(
                    BYTES,
                    1 << 20,
                    0,
                    1 << 30,
                    "Bytes reserved in each data directory for the writes that free space when its file system is full; 0 for none."),
            StorageSetting.list(TOPICS, "__cluster_metadata", "Topics whose appends may use the reserve."));

    /**
     * @param settings properties of a backend that includes {@link #SETTINGS}
     * @throws StorageException MISUSE naming key, value and what is allowed
     */
    public static DiskReserveConfig of(StorageProperties settings) {
        return new DiskReserveConfig(settings.number(BYTES), Set.copyOf(settings.words(TOPICS)));
    }

    /** @return true if a partition's appends may use the reserve */
    public boolean isFor(PartitionId id) {
        return topics.contains(id.topic());
    }
}
