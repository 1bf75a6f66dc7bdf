// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * Parses the broker's group settings: {@code group.*}, {@code offset.metadata.max.bytes} and
 * {@code offsets.*}, with Kafka's names and units, and {@code max.groups}, which Kafka does not have. Three
 * defaults differ from Kafka's:
 *
 * <ul>
 *   <li>{@code group.coordinator.threads} and {@code group.coordinator.background.threads} are 1, because an
 *       append to Varve's log waits for neither a disk nor a network;
 *   <li>{@code offsets.topic.segment.bytes} is 4 MiB, because a start reads the active segments, which are
 *       not compacted.
 * </ul>
 *
 * <p>{@code offsets.topic.replication.factor} is accepted and has no effect.
 */
public final class GroupsConfig {
    private static final String MAX_GROUPS = "max.groups";

    /** Of parts of Kafka's share groups that these have not. */
    private static final Set<String> ABSENT = Set.of(
            ShareGroupConfig.SHARE_FETCH_PURGATORY_PURGE_INTERVAL_REQUESTS_CONFIG,
            ShareGroupConfig.SHARE_GROUP_PERSISTER_CLASS_NAME_CONFIG);

    private static final int DEFAULT_MAX_GROUPS = 10_000;

    private static final ConfigDef VARVE_KEYS = new ConfigDef()
            .define(
                    MAX_GROUPS,
                    ConfigDef.Type.INT,
                    DEFAULT_MAX_GROUPS,
                    ConfigDef.Range.atLeast(1),
                    ConfigDef.Importance.MEDIUM,
                    "How many groups there may be; a further one is refused until one has gone.");

    private static final Map<String, String> OWN_DEFAULTS = Map.of(
            GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG, "1",
            GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_BACKGROUND_THREADS_CONFIG, "1",
            GroupCoordinatorConfig.OFFSETS_TOPIC_SEGMENT_BYTES_CONFIG, Integer.toString(4 << 20));

    private final int maxGroups;
    private final GroupCoordinatorConfig groups;
    private final ShareGroupConfig shareGroups;

    private GroupsConfig(AbstractConfig parsed) {
        maxGroups = parsed.getInt(MAX_GROUPS);
        groups = new GroupCoordinatorConfig(parsed);
        shareGroups = new ShareGroupConfig(parsed);
    }

    /**
     * Parses the settings, and validates each alone and all together.
     *
     * @param properties the broker's properties; other keys are ignored
     * @return the settings
     * @throws ConfigException naming key, value and what is allowed, in one line
     */
    public static GroupsConfig parse(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        OWN_DEFAULTS.forEach(all::putIfAbsent);
        try {
            return new GroupsConfig(new AbstractConfig(definition(), all, false));
        } catch (ConfigException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    /** @return every key that has an effect here */
    public static Set<String> keys() {
        return definition().names().stream()
                .filter(key -> !ABSENT.contains(key))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ConfigDef definition() {
        ConfigDef both = new ConfigDef();
        for (ConfigDef part : List.of(VARVE_KEYS, GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)) {
            part.configKeys().values().forEach(both::define);
        }
        return both;
    }

    /** @return {@code max.groups}: max number of groups */
    public int maxGroups() {
        return maxGroups;
    }

    GroupCoordinatorConfig coordinator() {
        return groups;
    }

    ShareGroupConfig shareGroups() {
        return shareGroups;
    }

    /** @return the settings of single groups */
    public GroupSettings settings() {
        return new GroupSettings(groups, shareGroups);
    }

    /** @return the definition of each of {@link #keys}, with this server's defaults */
    public static Map<String, ConfigKey> definitions() {
        ConfigDef all = new ConfigDef();
        Map<String, ConfigKey> kafkas = definition().configKeys();
        for (String name : keys()) {
            ConfigKey key = kafkas.get(name);
            String own = OWN_DEFAULTS.get(name);
            all.define(
                    name,
                    key.type,
                    own == null ? key.defaultValue : ConfigDef.parseType(name, own, key.type),
                    key.validator,
                    key.importance,
                    key.documentation);
        }
        return all.configKeys();
    }

    GroupConfigManager perGroup() {
        return new GroupConfigManager(groups.extractGroupConfigMap(shareGroups), groups, shareGroups);
    }

    /** @return number of partitions of a new {@code __consumer_offsets} */
    int offsetsPartitions() {
        return groups.offsetsTopicPartitions();
    }

    /** @return settings of a new {@code __consumer_offsets} */
    Map<String, String> offsetsTopicConfigs() {
        return Map.of(
                "cleanup.policy", "compact",
                "compression.type", "producer",
                "segment.bytes", Integer.toString(groups.offsetsTopicSegmentBytes()));
    }
}
