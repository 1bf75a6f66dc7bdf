// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import java.util.Map;

/**
 * The feature levels that ApiVersions returns (KIP-584). Immutable.
 *
 * @param supported the levels that this server supports, by feature name
 * @param finalized the levels that are in use, by feature name; without features at level 0
 * @param epoch 0 or more; clients ignore finalized features of a lower epoch than they have seen
 */
public record Features(Map<String, Range> supported, Map<String, Short> finalized, long epoch) {
    /** The level that lets clients use the consumer protocol of KIP-848. */
    private static final short GROUP_VERSION = 1;

    /**
     * The level at which the broker adds partitions to transactions, and raises producer epochs (KIP-890).
     */
    private static final short TRANSACTION_VERSION = 2;

    /** The level that lets clients use share groups (KIP-932). */
    private static final short SHARE_VERSION = 1;

    /** The lowest {@code metadata.version} Kafka 4 knows (3.3-IV3). */
    private static final short OLDEST_METADATA_VERSION = 7;

    /**
     * A range of feature levels.
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
     * @param metadataVersion feature level of the metadata records that the server writes
     * @return the features of this server, each finalized at the max level that it supports
     */
    public static Features served(short metadataVersion) {
        return new Features(
                Map.of(
                        "metadata.version", new Range(OLDEST_METADATA_VERSION, metadataVersion),
                        "group.version", new Range((short) 0, GROUP_VERSION),
                        "share.version", new Range((short) 0, SHARE_VERSION),
                        "transaction.version", new Range((short) 0, TRANSACTION_VERSION)),
                Map.of(
                        "metadata.version", metadataVersion,
                        "group.version", GROUP_VERSION,
                        "share.version", SHARE_VERSION,
                        "transaction.version", TRANSACTION_VERSION),
                0);
    }
}
