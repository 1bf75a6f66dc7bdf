// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.retention.TierLimits;
import io.varve.core.spi.Tiering;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Checks the topic settings of the remote tier by Kafka's rules, and reads what they mean for a partition.
 * Differs from Kafka in two points: where the backend has a tier, topics are tiered unless they say
 * otherwise; and a compacted topic may be tiered. Its segments are copied, so that it can be restored, and
 * are never dropped locally. Immutable.
 *
 * @param available true if the storage backend has a remote tier
 */
record TierConfigs(boolean available) {
    private static final String ENABLE = TopicConfig.REMOTE_LOG_STORAGE_ENABLE_CONFIG;
    private static final String NOT_FOR_COMPACTED =
            "Remote log storage only supports topics with cleanup.policy=delete or cleanup.policy being an empty list";

    /**
     * @param name a topic setting of Kafka's
     * @param kafkas its default in Kafka, as text
     * @return its default here
     */
    String byDefault(String name, String kafkas) {
        return name.equals(ENABLE) ? Boolean.toString(available) : kafkas;
    }

    /** @param values Kafka's defaults of all topic settings, parsed; gets this broker's */
    void putDefault(Map<String, Object> values) {
        values.put(ENABLE, available);
    }

    /**
     * Checks the settings of a new topic.
     *
     * @param settings Kafka's topic settings
     * @param defaults of all topic settings, parsed
     * @throws ConfigException or InvalidConfigurationException: the reason
     */
    void validateNew(Map<String, String> settings, Map<String, Object> defaults) {
        // What does not exist yet has nothing in the tier that could be left behind.
        validate(false, settings, defaults);
    }

    /**
     * Checks new settings of a topic.
     *
     * @param before Kafka's topic settings so far
     * @param after the ones to come
     * @param defaults of all topic settings, parsed
     * @throws ConfigException or InvalidConfigurationException: the reason
     */
    void validate(Map<String, String> before, Map<String, String> after, Map<String, Object> defaults) {
        boolean wasTiered = isTiered(before);
        validate(wasTiered, after, defaults);
        if (wasTiered && isTiered(after) && !isCompacted(before, defaults) && isCompacted(after, defaults)) {
            throw new ConfigException(NOT_FOR_COMPACTED + ", or topics that were created with compaction: segments of"
                    + " this topic may be in the remote tier only, and cannot be compacted there. Set "
                    + ENABLE + "=false and " + TopicConfig.REMOTE_LOG_DELETE_ON_DISABLE_CONFIG
                    + "=true first, which deletes them.");
        }
    }

    private void validate(boolean wasTiered, Map<String, String> after, Map<String, Object> defaults) {
        Map<String, String> existing = Map.of(ENABLE, Boolean.toString(wasTiered));
        if (!available || !isCompacted(after, defaults)) {
            LogConfig.validate(existing, after, defaults, available);
            return;
        }
        String policy = after.get(TopicConfig.CLEANUP_POLICY_CONFIG);
        if (policy != null) {
            LogConfig.validate(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, policy));
        }
        // All of Kafka's rules but the one that forbids the pair.
        Map<String, String> uncompacted = new HashMap<>(after);
        uncompacted.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        LogConfig.validate(existing, uncompacted, defaults, true);
        if (isTiered(after) && Boolean.parseBoolean(after.get(TopicConfig.REMOTE_LOG_COPY_DISABLE_CONFIG))) {
            throw new InvalidConfigurationException("It is invalid to set `"
                    + TopicConfig.REMOTE_LOG_COPY_DISABLE_CONFIG + "=true` on a compacted topic: its copies would not"
                    + " follow the compaction, and could not be restored. If you want no copies, please set `" + ENABLE
                    + "=false," + TopicConfig.REMOTE_LOG_DELETE_ON_DISABLE_CONFIG + "=true`.");
        }
    }

    private boolean isTiered(Map<String, String> settings) {
        String set = settings.get(ENABLE);
        return available && (set == null || Boolean.parseBoolean(set.trim()));
    }

    private static boolean isCompacted(Map<String, String> settings, Map<String, Object> defaults) {
        String key = TopicConfig.CLEANUP_POLICY_CONFIG;
        String policy = settings.containsKey(key) ? settings.get(key) : String.valueOf(defaults.get(key));
        return policy.toLowerCase(Locale.ROOT).contains(TopicConfig.CLEANUP_POLICY_COMPACT);
    }

    /**
     * @param config a topic's settings in force
     * @return what they say of the tier; {@link TierLimits#OFF} where the backend has none, whatever they say
     */
    TierLimits limits(LogConfig config) {
        if (!available || !config.remoteStorageEnable()) {
            return TierLimits.OFF;
        }
        return new TierLimits(
                config.remoteLogCopyDisable() ? Tiering.READ_ONLY : Tiering.COPY,
                config.getLong(TopicConfig.LOCAL_LOG_RETENTION_MS_CONFIG),
                config.getLong(TopicConfig.LOCAL_LOG_RETENTION_BYTES_CONFIG));
    }
}
