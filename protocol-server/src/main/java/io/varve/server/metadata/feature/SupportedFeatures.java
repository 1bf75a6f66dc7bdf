// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.feature;

import io.varve.server.metadata.log.MetadataEvents;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.common.ShareVersion;
import org.apache.kafka.server.common.StreamsVersion;
import org.apache.kafka.server.common.TransactionVersion;

/** Lists the features of this server (KIP-584) with the levels that it supports. */
public final class SupportedFeatures {
    /**
     * A range of feature levels.
     *
     * @param min lowest level, inclusive
     * @param max highest level, inclusive
     */
    public record LevelRange(short min, short max) {
        /** @return true if a level is in the range */
        public boolean contains(short level) {
            return level >= min && level <= max;
        }

        @Override
        public String toString() {
            return min == max ? Short.toString(min) : min + "-" + max;
        }
    }

    /**
     * The ranges by the features' names: {@code group.version} 1 lets clients use the consumer protocol of
     * KIP-848; at {@code transaction.version} 2 the broker adds partitions to transactions, and raises
     * producer epochs (KIP-890); {@code share.version} 1 lets clients use share groups
     * (KIP-932), and {@code streams.version} 1 lets Kafka Streams have its tasks assigned (KIP-1071).
     */
    public static final Map<String, LevelRange> RANGES = Map.of(
            MetadataVersion.FEATURE_NAME,
                    new LevelRange(
                            MetadataVersion.MINIMUM_VERSION.featureLevel(), MetadataEvents.VERSION.featureLevel()),
            GroupVersion.FEATURE_NAME, new LevelRange((short) 0, GroupVersion.GV_1.featureLevel()),
            ShareVersion.FEATURE_NAME, new LevelRange((short) 0, ShareVersion.SV_1.featureLevel()),
            StreamsVersion.FEATURE_NAME, new LevelRange((short) 0, StreamsVersion.SV_1.featureLevel()),
            TransactionVersion.FEATURE_NAME, new LevelRange((short) 0, TransactionVersion.TV_2.featureLevel()));

    private SupportedFeatures() {}

    /** @return the levels in which a new cluster finalizes the features, by name: the highest */
    public static Map<String, Short> initial() {
        return RANGES.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, range -> range.getValue().max()));
    }
}
