// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.log.config.PartitionConfig;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * A topic setting of Varve's own: a row of {@link OwnTopicConfigs}. Immutable.
 *
 * @param key name, type, default, allowed values and documentation; of a prefix, the prefix is the name
 * @param isPrefix true for a family of settings whose names begin with the key's
 * @param effect what the settings change
 */
record OwnTopicConfig(ConfigKey key, boolean isPrefix, Effect effect) {
    /** Puts settings into the configurations of a topic's partitions. */
    @FunctionalInterface
    interface Effect {
        /**
         * @param configs the configurations by Kafka's settings and the rows before this one
         * @param set the values of this row's settings that the topic has, by name; may be empty
         * @return the same with these settings
         * @throws InvalidConfigurationException naming a setting and what is wrong with its value
         */
        PartitionConfigs apply(PartitionConfigs configs, Map<String, String> set);
    }

    /**
     * Makes the row of one setting.
     *
     * @param key its definition, with a default
     * @param effect puts a value, parsed and checked, into a partition's configuration; called with the
     *     default when none is set
     * @return the row
     */
    static OwnTopicConfig named(ConfigKey key, BiFunction<PartitionConfig, Object, PartitionConfig> effect) {
        return new OwnTopicConfig(
                key,
                false,
                (configs, set) -> configs.with(effect.apply(configs.common(), parse(key, set.get(key.name)))));
    }

    /**
     * Makes the row of a family of settings.
     *
     * @param key what all of them have in common, with the prefix for a name
     * @param effect checks the values and carries them on
     * @return the row
     */
    static OwnTopicConfig prefixed(ConfigKey key, Effect effect) {
        return new OwnTopicConfig(key, true, effect);
    }

    private static Object parse(ConfigKey key, String value) {
        if (value == null) {
            return key.defaultValue;
        }
        try {
            Object parsed = ConfigDef.parseType(key.name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
            return parsed;
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage());
        }
    }

    /** @return whether a setting of this name belongs to the row */
    boolean matches(String name) {
        return isPrefix ? name.startsWith(key.name) : name.equals(key.name);
    }

    /** @return the definition of the row's setting of that name */
    ConfigKey definition(String name) {
        return name.equals(key.name)
                ? key
                : new ConfigDef()
                        .define(name, key.type, key.defaultValue, key.validator, key.importance, key.documentation)
                        .configKeys()
                        .get(name);
    }
}
