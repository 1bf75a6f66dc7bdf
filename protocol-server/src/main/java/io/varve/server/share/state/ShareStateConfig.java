// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;

/**
 * Parses the settings {@code share.coordinator.*}, with Kafka's names and units. One default differs from
 * Kafka's: {@code share.coordinator.state.topic.segment.bytes} is 4 MiB, because only whole segments are
 * deleted of what is pruned. The replication factor and the number of in-sync replicas are accepted and have
 * no effect. Immutable.
 */
public final class ShareStateConfig {
    private static final String SEGMENT_BYTES = Integer.toString(4 << 20);

    private final ShareCoordinatorConfig coordinator;

    private ShareStateConfig(ShareCoordinatorConfig coordinator) {
        this.coordinator = coordinator;
    }

    /**
     * Parses and validates the settings.
     *
     * @param properties the broker's properties; other keys are ignored
     * @return the settings
     * @throws ConfigException naming key, value and what is allowed, in one line
     */
    public static ShareStateConfig parse(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.putIfAbsent(ShareCoordinatorConfig.STATE_TOPIC_SEGMENT_BYTES_CONFIG, SEGMENT_BYTES);
        try {
            return new ShareStateConfig(
                    new ShareCoordinatorConfig(new AbstractConfig(ShareCoordinatorConfig.CONFIG_DEF, all, false)));
        } catch (ConfigException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            // Kafka looks the codec up without a validator, and names neither key nor value.
            String codec = ShareCoordinatorConfig.STATE_TOPIC_COMPRESSION_CODEC_CONFIG;
            throw new ConfigException(codec, all.get(codec), e.getMessage());
        }
    }

    /** @return every key that this class reads or accepts */
    public static Set<String> keys() {
        return new TreeSet<>(ShareCoordinatorConfig.CONFIG_DEF.names());
    }

    /** @return the definition of each of {@link #keys}, with this server's defaults */
    public static Map<String, ConfigKey> definitions() {
        Map<String, ConfigKey> all = new HashMap<>(ShareCoordinatorConfig.CONFIG_DEF.configKeys());
        ConfigKey segment = all.get(ShareCoordinatorConfig.STATE_TOPIC_SEGMENT_BYTES_CONFIG);
        all.putAll(new ConfigDef()
                .define(
                        segment.name,
                        segment.type,
                        Integer.valueOf(SEGMENT_BYTES),
                        segment.validator,
                        segment.importance,
                        segment.documentation)
                .configKeys());
        return all;
    }

    ShareCoordinatorConfig coordinator() {
        return coordinator;
    }

    /** @return number of partitions of a new {@code __share_group_state} */
    int partitions() {
        return coordinator.shareCoordinatorStateTopicNumPartitions();
    }

    /** @return settings of a new {@code __share_group_state}: its coordinator prunes it */
    Map<String, String> topicConfigs() {
        return Map.of(
                "cleanup.policy", "delete",
                "compression.type", "producer",
                "retention.ms", "-1",
                "segment.bytes", Integer.toString(coordinator.shareCoordinatorStateTopicSegmentBytes()));
    }
}
