// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
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
    private static final Set<String> SELECTORS = Set.of(
            "client_instance_id",
            "client_id",
            "client_software_name",
            "client_software_version",
            "client_source_address",
            "client_source_port");

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
            Object parsed = parse(known, value);
            if (key.equals(INTERVAL)) {
                checkInterval((Integer) parsed);
            } else if (key.equals(MATCH)) {
                ((List<?>) parsed).forEach(pattern -> checkPattern((String) pattern));
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

    private static void checkPattern(String selection) {
        String[] parts = selection.split("=", -1);
        if (parts.length != 2 || !SELECTORS.contains(parts[0].trim())) {
            throw new InvalidConfigurationException("Illegal client matching pattern: " + selection);
        }
        try {
            Pattern.compile(parts[1].trim());
        } catch (PatternSyntaxException e) {
            throw new InvalidConfigurationException("Illegal client matching pattern: " + selection);
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
