// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * Validates and shows the settings of single groups: Kafka's definitions within the broker's limits.
 * Immutable, thread-safe.
 */
public final class GroupSettings {
    private static final Map<String, ConfigKey> KEYS = GroupConfig.CONFIG_DEF.configKeys();

    private final GroupCoordinatorConfig groups;
    private final ShareGroupConfig shareGroups;
    private final Map<String, Object> defaults;

    GroupSettings(GroupCoordinatorConfig groups, ShareGroupConfig shareGroups) {
        this.groups = groups;
        this.shareGroups = shareGroups;
        defaults = Map.copyOf(GroupConfig.CONFIG_DEF.parse(groups.extractGroupConfigMap(shareGroups)));
    }

    /**
     * Validates a group's own settings.
     *
     * @param wanted the new settings of the group
     * @throws InvalidConfigurationException naming the key and what is wrong
     */
    public void validate(Map<String, String> wanted) {
        try {
            GroupConfig.validate(wanted, groups, shareGroups);
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage());
        }
    }

    /** @return true if a key's value is a list */
    public static boolean isList(String name) {
        ConfigKey key = KEYS.get(name);
        return key != null && key.type == ConfigDef.Type.LIST;
    }

    /**
     * @param overrides a group's own settings, valid
     * @param broker shows the sources of the broker's defaults
     * @return every setting of a group, by name
     */
    public List<ConfigEntry> settings(Map<String, String> overrides, BrokerConfigs broker) {
        List<ConfigEntry> settings = new ArrayList<>();
        new TreeMap<>(KEYS).forEach((name, key) -> {
            if (!key.internalConfig || overrides.containsKey(name)) {
                settings.add(setting(key, overrides.get(name), broker));
            }
        });
        return settings;
    }

    private ConfigEntry setting(ConfigKey key, String override, BrokerConfigs broker) {
        String byDefault = ConfigDef.convertToString(defaults.get(key.name), key.type);
        List<Synonym> synonyms = new ArrayList<>();
        if (override != null) {
            synonyms.add(new Synonym(key.name, override, Source.GROUP));
        }
        Optional<String> brokerKey = GroupConfig.brokerSynonym(key.name);
        List<Synonym> ofBroker = brokerKey.map(broker::synonyms).orElse(List.of());
        synonyms.addAll(
                ofBroker.isEmpty()
                        ? List.of(new Synonym(brokerKey.orElse(key.name), byDefault, Source.DEFAULT))
                        : ofBroker);
        return new ConfigEntry(key, override != null ? override : byDefault, synonyms);
    }
}
