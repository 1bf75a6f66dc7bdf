// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import java.util.Map;

/**
 * The feature levels ApiVersions tells clients (KIP-584). Immutable.
 *
 * @param supported levels this server could run with, by feature name
 * @param finalized levels it runs with, by feature name; those at level 0 are left out
 * @param epoch 0 or more; clients ignore finalized features of a lower epoch than they have seen
 */
public record Features(Map<String, Range> supported, Map<String, Short> finalized, long epoch) {
    /** Level of the feature that lets clients use the consumer protocol of KIP-848. */
    private static final short GROUP_VERSION = 1;

    /** Level at which the broker adds partitions to transactions, and raises epochs with them (KIP-890). */
    private static final short TRANSACTION_VERSION = 2;

    /** The lowest {@code metadata.version} Kafka 4 knows (3.3-IV3). */
    private static final short OLDEST_METADATA_VERSION = 7;

    /**
     * Feature levels.
     *
     * @param min lowest level, inclusive
     * @param max highest level, inclusive
     */
    public record Range(short min, short max) {}

    /** Copies the maps. */
    public Features {
        supported = Map.copyOf(supported);
        finalized = Map.copyOf(finalized);
    }

    /**
     * What is served now.
     *
     * @param metadataVersion feature level of the metadata records written
     * @return the features, each at the highest level there is here
     */
    public static Features served(short metadataVersion) {
        return new Features(
                Map.of(
                        "metadata.version", new Range(OLDEST_METADATA_VERSION, metadataVersion),
                        "group.version", new Range((short) 0, GROUP_VERSION),
                        "transaction.version", new Range((short) 0, TRANSACTION_VERSION)),
                Map.of(
                        "metadata.version", metadataVersion,
                        "group.version", GROUP_VERSION,
                        "transaction.version", TRANSACTION_VERSION),
                0);
    }
}
