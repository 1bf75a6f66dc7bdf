// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.config.BatchRules;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.Codec;
import io.varve.core.record.Compressor;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Checks and shows topics' settings, and turns them into partitions' configurations. Knows Kafka's
 * definitions ({@code LogConfig}), Varve's own ({@link OwnTopicConfigs}) and this broker's defaults.
 * Thread-safe. After a change of the defaults the caller asks for partitions' configurations again.
 */
public final class TopicConfigs {
    private static final Map<String, ConfigKey> KEYS = LogConfig.configKeys();
    private static final long NO_LIMIT = -1;
    /** Min of the limit, in ms, that retention sets to a segment's age. */
    private static final long MIN_SEGMENT_MS = 60_000;

    /**
     * The broker's defaults.
     *
     * @param layers as they were set
     * @param base every setting's default, parsed
     * @param origins in topics' units, of the settings that the broker sets
     */
    private record Defaults(
            BrokerConfigLayers layers, Map<String, Object> base, Map<String, TopicConfigDefaults.Origin> origins) {}

    private volatile Defaults defaults;

    private final BatchRules batches;
    private final TierConfigs tier;
    private final OwnTopicConfigs own;

    /**
     * @param logDefaults the broker-wide defaults that are configured, by the broker's keys
     * @param batches how producers' batches are checked, in all topics
     * @param tiered true if the storage backend has a remote tier
     */
    public TopicConfigs(Map<String, String> logDefaults, BatchRules batches, boolean tiered) {
        this(logDefaults, batches, new TierConfigs(tiered), OwnTopicConfigs.VARVE);
    }

    TopicConfigs(Map<String, String> logDefaults, BatchRules batches, TierConfigs tier, OwnTopicConfigs own) {
        this.batches = batches;
        this.tier = tier;
        this.own = own;
        setDefaults(BrokerConfigLayers.ofFile(logDefaults));
    }

    /** Replaces the broker's defaults. */
    public void setDefaults(BrokerConfigLayers layers) {
        Map<String, TopicConfigDefaults.Origin> origins = TopicConfigDefaults.resolve(layers);
        Map<String, Object> values = new HashMap<>();
        KEYS.forEach((name, key) -> {
            TopicConfigDefaults.Origin origin = origins.get(name);
            if (origin != null) {
                values.put(name, ConfigDef.parseType(name, origin.value(), key.type));
            } else if (key.defaultValue != null) {
                values.put(name, key.defaultValue);
            }
        });
        tier.putDefault(values);
        defaults = new Defaults(layers, Map.copyOf(values), origins);
    }

    /** @return the broker's keys that stand for a topic setting */
    public static Set<String> brokerNames() {
        return Set.copyOf(TopicConfigDefaults.names());
    }

    /**
     * Checks a new topic's own settings.
     *
     * @param settings the settings it is to have
     * @throws InvalidConfigurationException naming the key and what is wrong
     */
    public void validateNew(Map<String, String> settings) {
        ConfigLength.check(settings);
        validate(settings, kafkas -> tier.validateNew(kafkas, defaults.base));
        if (settings.containsKey(RestoreSource.NAME)
                && !partitionConfig(settings).tiered()) {
            throw new InvalidConfigurationException("Invalid value " + settings.get(RestoreSource.NAME)
                    + " for configuration " + RestoreSource.NAME + ": the new topic must be in a remote tier, with a"
                    + " storage backend that has one and remote.storage.enable=true");
        }
    }

    /**
     * Checks a topic's own settings.
     *
     * @param before the settings it has now
     * @param after the settings it is to have
     * @throws InvalidConfigurationException naming the key and what is wrong
     */
    public void validate(Map<String, String> before, Map<String, String> after) {
        String restored = after.get(RestoreSource.NAME);
        if (restored != null && !restored.equals(before.get(RestoreSource.NAME))) {
            throw new InvalidConfigurationException("Invalid value " + restored + " for configuration "
                    + RestoreSource.NAME + ": it counts when the topic is created, and cannot be set later");
        }
        validate(after, kafkas -> tier.validate(own.others(before), kafkas, defaults.base));
    }

    private void validate(Map<String, String> after, Consumer<Map<String, String>> kafkasRules) {
        after.forEach((name, value) -> {
            if (value == null) {
                throw new InvalidConfigurationException("Null value not supported for topic configs: " + name);
            }
        });
        try {
            kafkasRules.accept(own.others(after));
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage());
        }
        PartitionConfigs configs;
        try {
            configs = partitionConfigs(effective(own.others(after)));
        } catch (StorageException e) {
            // Kafka's rules leave out what only its own tests set, as internal.segment.bytes.
            throw new InvalidConfigurationException(e.getMessage());
        }
        own.apply(configs, after);
    }

    /**
     * Turns settings into partitions' configurations. {@code min.insync.replicas} has no effect: as in Kafka
     * it asks for no more than there are replicas, and there is one.
     *
     * @param overrides a topic's own settings, valid
     * @return the configuration of each partition by these settings and the broker's defaults
     */
    public PartitionConfigs partitionConfigs(Map<String, String> overrides) {
        return own.apply(partitionConfigs(effective(own.others(overrides))), overrides);
    }

    /**
     * @param overrides a topic's own settings, valid
     * @return what these settings and the broker's defaults configure for all of its partitions alike
     */
    public PartitionConfig partitionConfig(Map<String, String> overrides) {
        return partitionConfigs(overrides).common();
    }

    private PartitionConfigs partitionConfigs(LogConfig config) {
        return new PartitionConfigs(
                partitionConfig(config), config.segmentJitterMs, RetentionHolds.NONE, Optional.empty());
    }

    private PartitionConfig partitionConfig(LogConfig config) {
        SegmentLimits segments = new SegmentLimits(
                config.segmentSize(),
                segmentMs(config),
                config.indexInterval,
                config.maxIndexSize,
                config.fileDeleteDelayMs);
        // Kafka allows any number of bytes below 0, and takes each for no limit.
        RetentionLimits retention = new RetentionLimits(
                config.delete, config.retentionMs, Math.max(config.retentionSize, NO_LIMIT), List.of());
        return new PartitionConfig(
                segments,
                config.maxMessageSize(),
                config.messageTimestampType == TimestampType.LOG_APPEND_TIME,
                config.messageTimestampBeforeMaxMs,
                config.messageTimestampAfterMaxMs,
                new CompactionLimits(
                        config.compact,
                        config.minCleanableRatio,
                        config.compactionLagMs,
                        config.maxCompactionLagMs,
                        config.deleteRetentionMs),
                retention,
                new BatchRules(batches.everyRecord(), batches.maxRecordBytes(), compressor(config)),
                tier.limits(config));
    }

    /** @return how batches are to be compressed, or null to keep them as the producer did */
    private static Compressor compressor(LogConfig config) {
        if (config.compression.isEmpty()) {
            return null;
        }
        Codec codec = Codec.forId(config.compression.get().type().id);
        return switch (codec) {
            case GZIP -> new Compressor(codec, config.getInt(TopicConfig.COMPRESSION_GZIP_LEVEL_CONFIG));
            case LZ4 -> new Compressor(codec, config.getInt(TopicConfig.COMPRESSION_LZ4_LEVEL_CONFIG));
            case ZSTD -> new Compressor(codec, config.getInt(TopicConfig.COMPRESSION_ZSTD_LEVEL_CONFIG));
            case NONE, SNAPPY -> Compressor.of(codec);
        };
    }

    /**
     * Ends segments after no more time than retention keeps records. A segment is deleted when its newest
     * record is old enough. In Kafka a slow topic's active segment gathers records for {@code segment.ms},
     * so that with ten minutes of retention its records live for a week.
     */
    private static long segmentMs(LogConfig config) {
        return config.delete && config.retentionMs >= 0
                ? Math.min(config.maxSegmentMs(), Math.max(config.retentionMs, MIN_SEGMENT_MS))
                : config.maxSegmentMs();
    }

    /**
     * @param overrides a topic's own settings, valid
     * @return every public setting, by name
     */
    public List<ConfigEntry> settings(Map<String, String> overrides) {
        List<ConfigEntry> settings = new ArrayList<>();
        new TreeMap<>(KEYS).forEach((name, key) -> {
            if (!key.internalConfig || overrides.containsKey(name)) {
                settings.add(setting(key, overrides.get(name)));
            }
        });
        own.shown(overrides).forEach(key -> settings.add(ownSetting(key, overrides.get(key.name))));
        return settings;
    }

    /**
     * @return true if the setting's value is a list, so that values can be appended to it and subtracted from
     *     it
     */
    public static boolean isList(String name) {
        ConfigKey key = KEYS.get(name);
        return key != null && key.type == ConfigDef.Type.LIST || OwnTopicConfigs.VARVE.isList(name);
    }

    /**
     * @param name a setting
     * @param overrides a topic's own settings
     * @return its value in force, or null
     */
    public String value(String name, Map<String, String> overrides) {
        ConfigKey key = KEYS.get(name);
        if (key != null) {
            return setting(key, overrides.get(name)).value();
        }
        return own.shown(overrides).stream()
                .filter(shown -> shown.name.equals(name))
                .findAny()
                .map(shown -> ownSetting(shown, overrides.get(name)).value())
                .orElse(null);
    }

    private LogConfig effective(Map<String, String> overrides) {
        Map<String, Object> values = new HashMap<>(defaults.base);
        values.putAll(overrides);
        return new LogConfig(values, overrides.keySet());
    }

    private static ConfigEntry ownSetting(ConfigKey key, String override) {
        List<Synonym> synonyms = new ArrayList<>();
        if (override != null) {
            synonyms.add(new Synonym(key.name, override, Source.TOPIC));
        }
        String builtIn = ConfigDef.convertToString(key.defaultValue, key.type);
        return new ConfigEntry(key, override != null ? override : builtIn, synonyms);
    }

    private ConfigEntry setting(ConfigKey key, String override) {
        Defaults now = defaults;
        List<String> brokerNames = TopicConfigDefaults.names(key.name);
        List<Synonym> synonyms = new ArrayList<>();
        if (override != null) {
            synonyms.add(new Synonym(key.name, override, Source.TOPIC));
        }
        synonyms.addAll(now.layers.of(brokerNames));
        String builtIn = tier.byDefault(key.name, ConfigDef.convertToString(key.defaultValue, key.type));
        for (String name : brokerNames) {
            ConfigKey broker = BrokerConfigKeys.OF_TOPICS.keys().get(name);
            if (broker.defaultValue != null) {
                String value = ConfigDef.convertToString(broker.defaultValue, broker.type);
                synonyms.add(new Synonym(name, value, Source.DEFAULT));
            }
        }
        TopicConfigDefaults.Origin origin = now.origins.get(key.name);
        String value = override != null ? override : origin != null ? origin.value() : builtIn;
        return new ConfigEntry(key, value, synonyms);
    }

    /** @return Kafka's definition of a setting, or null */
    public static ConfigKey definition(String name) {
        return KEYS.get(Objects.requireNonNull(name, "name"));
    }
}
