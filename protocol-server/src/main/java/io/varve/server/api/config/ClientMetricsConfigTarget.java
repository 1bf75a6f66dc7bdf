// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import io.varve.server.telemetry.ClientSelector;
import io.varve.server.telemetry.TelemetryResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Checks and describes subscriptions of client metrics (KIP-714): which clients send which metrics, and how
 * often. {@link io.varve.server.telemetry.ClientTelemetry} asks clients for them.
 */
final class ClientMetricsConfigTarget implements ConfigTarget {
    private static final String INTERVAL = "interval.ms";
    private static final String METRICS = "metrics";
    private static final String MATCH = "match";
    private static final int MAX_SUBSCRIPTIONS = 1_000;
    private static final int MAX_NAME_LENGTH = 249;
    private static final int MIN_INTERVAL_MS = 100;
    private static final int MAX_INTERVAL_MS = 3_600_000;
    private static final int MAX_VALUE_LENGTH = 8 << 10;

    private static final Map<String, ConfigKey> KEYS = new ConfigDef()
            .define(INTERVAL, Type.INT, 300_000, Importance.MEDIUM, "Metrics push interval in milliseconds")
            .define(METRICS, Type.LIST, List.of(), Importance.MEDIUM, "Telemetry metric name prefix list")
            .define(MATCH, Type.LIST, List.of(), Importance.MEDIUM, "Client match criteria")
            .configKeys();

    @Override
    public void checkName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Subscription name can't be empty");
        }
        if (name.equals(TelemetryResource.NAME)) {
            throw new InvalidRequestException(name + " is not a subscription: it shows what clients have pushed");
        }
        if (name.length() > MAX_NAME_LENGTH) {
            throw new InvalidRequestException("a subscription's name has at most " + MAX_NAME_LENGTH + " characters");
        }
    }

    @Override
    public int maxConfigured() {
        return MAX_SUBSCRIPTIONS;
    }

    @Override
    public void requireList(String key, OpType operation) {
        ConfigKey known = KEYS.get(key);
        ConfigTarget.requireList(known != null && known.type == Type.LIST, key, operation);
    }

    @Override
    public String effectiveValue(String key, Map<String, String> own) {
        return own.get(key);
    }

    @Override
    public void validate(String name, Map<String, String> wanted) {
        wanted.forEach((key, value) -> {
            ConfigKey known = KEYS.get(key);
            if (known == null) {
                throw new InvalidRequestException("Unknown client metrics configuration: " + key);
            }
            if (value.length() > MAX_VALUE_LENGTH) {
                throw new InvalidConfigurationException(
                        key + " of a subscription has at most " + MAX_VALUE_LENGTH + " characters");
            }
            Object parsed = parse(known, value);
            if (key.equals(INTERVAL)) {
                checkInterval((Integer) parsed);
            } else if (key.equals(MATCH)) {
                ((List<?>) parsed).forEach(pattern -> ClientSelector.parse((String) pattern));
            }
        });
    }

    private static Object parse(ConfigKey key, String value) {
        try {
            return ConfigDef.parseType(key.name, value, key.type);
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage());
        }
    }

    private static void checkInterval(int ms) {
        if (ms < MIN_INTERVAL_MS || ms > MAX_INTERVAL_MS) {
            throw new InvalidRequestException("Invalid value " + ms + " for " + INTERVAL + ", interval must be between "
                    + MIN_INTERVAL_MS + " and " + MAX_INTERVAL_MS + " (1 hour)");
        }
    }

    /**
     * @param own the settings of a subscription
     * @return all settings of the subscription, defaults included, in the order of their names
     */
    static List<ConfigEntry> settings(Map<String, String> own) {
        List<ConfigEntry> settings = new ArrayList<>();
        new TreeMap<>(KEYS).forEach((name, key) -> {
            String value = own.get(name);
            settings.add(
                    value == null
                            ? new ConfigEntry(key, ConfigDef.convertToString(key.defaultValue, key.type), List.of())
                            : new ConfigEntry(key, value, List.of(new Synonym(name, value, Source.CLIENT_METRICS))));
        });
        return settings;
    }
}
