// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/**
 * Lists the topic settings that are Varve's own, beside those of Kafka's {@code LogConfig}. Kafka's
 * definitions refuse what they do not know, so {@link TopicConfigs} splits these off before it asks them.
 * Immutable.
 *
 * <p>To add a setting:
 *
 * <ol>
 *   <li>Add a row to {@link #VARVE}: {@link OwnTopicConfig#named} takes name, type, default, validator (the
 *       range), importance and documentation, and a function that puts the value into a
 *       {@code PartitionConfig}.
 *   <li>Add the field to {@code PartitionConfig}, or to one of the values it holds, where none carries the
 *       value yet.
 *   <li>Use that field in the engine.
 * </ol>
 *
 * CreateTopics, AlterConfigs, IncrementalAlterConfigs and DescribeConfigs take what they need from the row.
 * A broker-wide default would be a key of the broker, defined with the others of the server's properties.
 */
final class OwnTopicConfigs {
    /** All settings of Varve's own. */
    static final OwnTopicConfigs VARVE = new OwnTopicConfigs(List.of(RetentionHolds.CONFIG, RestoreSource.CONFIG));

    private final List<OwnTopicConfig> rows;

    /** @param rows one for each setting, or for each family of settings */
    OwnTopicConfigs(List<OwnTopicConfig> rows) {
        this.rows = List.copyOf(rows);
    }

    /** @return the definition of a setting, or null if it is none of these */
    ConfigKey definition(String name) {
        for (OwnTopicConfig row : rows) {
            if (row.matches(name)) {
                return row.definition(name);
            }
        }
        return null;
    }

    /** @return true for a setting whose value is a list */
    boolean isList(String name) {
        ConfigKey key = definition(name);
        return key != null && key.type == ConfigDef.Type.LIST;
    }

    /** @return the settings that match no row: Kafka's, and unknown ones */
    Map<String, String> others(Map<String, String> settings) {
        if (settings.keySet().stream().noneMatch(this::contains)) {
            return settings;
        }
        Map<String, String> others = new HashMap<>(settings);
        others.keySet().removeIf(this::contains);
        return others;
    }

    /**
     * @param configs the configurations by Kafka's settings
     * @param settings a topic's own settings, Kafka's among them
     * @return the configurations by these settings too
     * @throws org.apache.kafka.common.errors.InvalidConfigurationException naming the setting and what is
     *     wrong with its value
     */
    PartitionConfigs apply(PartitionConfigs configs, Map<String, String> settings) {
        PartitionConfigs applied = configs;
        for (OwnTopicConfig row : rows) {
            Map<String, String> set = new TreeMap<>(settings);
            set.keySet().removeIf(name -> !row.matches(name));
            applied = row.effect().apply(applied, set);
        }
        return applied;
    }

    /**
     * @param settings a topic's own settings
     * @return the definitions to show, by name: all settings with one name, and of each family the settings
     *     that the topic has
     */
    Collection<ConfigKey> shown(Map<String, String> settings) {
        Map<String, ConfigKey> shown = new TreeMap<>();
        rows.stream().filter(row -> !row.isPrefix()).forEach(row -> shown.put(row.key().name, row.key()));
        settings.keySet().stream().filter(this::contains).forEach(name -> shown.put(name, definition(name)));
        return shown.values();
    }

    private boolean contains(String name) {
        return rows.stream().anyMatch(row -> row.matches(name));
    }
}
