// SPDX-License-Identifier: Apache-2.0
package io.varve.core.directory;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.StorageProperties;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How much room to keep back, and for whom.
 *
 * @param bytes kept back in each data directory for the writes that make room when its file system is full, 0 to 2^30; 0 keeps none
 *     ({@code storage.reserve.bytes}, default 1 MiB)
 * @param topics those whose appends may use them ({@code storage.reserve.topics}, comma-separated, default {@code __cluster_metadata}:
 *     deletions and settings are written there)
 */
public record DiskReserveConfig(long bytes, Set<String> topics) {
    /** Key of {@link #bytes}. */
    public static final String BYTES = "storage.reserve.bytes";
    /** Key of {@link #topics}. */
    public static final String TOPICS = "storage.reserve.topics";

    private static final long MAX_BYTES = 1 << 30;
    private static final long DEFAULT_BYTES = 1 << 20;
    private static final String DEFAULT_TOPICS = "__cluster_metadata";

    /** @throws StorageException MISUSE naming key, value and what is allowed */
    public static DiskReserveConfig of(StorageProperties settings) {
        String names = settings.text(TOPICS, DEFAULT_TOPICS);
        return new DiskReserveConfig(
                settings.number(BYTES, DEFAULT_BYTES, 0, MAX_BYTES),
                Arrays.stream(names.split(","))
                        .map(String::trim)
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** @return true if a partition's appends may use the reserve */
    public boolean isFor(PartitionId id) {
        return topics.contains(id.topic());
    }
}
