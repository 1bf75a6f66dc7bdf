// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.server.metadata.feature.SupportedFeatures;
import io.varve.server.metadata.log.MetadataState;
import java.util.Map;

/**
 * The feature levels that ApiVersions returns (KIP-584). Immutable.
 *
 * @param supported the levels that this server supports, by feature name
 * @param finalized the levels that are in use, by feature name; without features at level 0
 * @param epoch 0 or more; clients ignore finalized features of a lower epoch than they have seen
 */
public record Features(Map<String, SupportedFeatures.LevelRange> supported, Map<String, Short> finalized, long epoch) {
    /** Copies the maps. */
    public Features {
        supported = Map.copyOf(supported);
        finalized = Map.copyOf(finalized);
    }

    /** @return the features of a new cluster */
    public static Features initial() {
        return new Features(SupportedFeatures.RANGES, SupportedFeatures.initial(), 0);
    }

    /** @return the features in force; their epoch is the offset of the metadata's last event, as in Kafka */
    public static Features of(MetadataState state) {
        return new Features(SupportedFeatures.RANGES, state.features(), state.nextOffset() - 1);
    }
}
