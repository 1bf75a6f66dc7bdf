// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.server.metadata.config.ConfigEntry.Source;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import io.varve.server.metadata.log.MetadataEvents;
import io.varve.server.metadata.log.MetadataException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the broker's settings: those of the server's properties, and over them those that clients set while
 * it runs (KIP-226). Checks what clients set. Thread-safe: a layer is replaced as a whole.
 */
public final class BrokerConfigs {
    /** Keys that stand for one setting, the strongest first. */
    private static final Map<String, List<String>> ONE_SETTING = oneSetting(
            List.of("log.roll.ms", "log.roll.hours"),
            List.of("log.roll.jitter.ms", "log.roll.jitter.hours"),
            List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours"),
            List.of("log.dirs", "log.dir"));

    /**
     * Keys of TLS and SASL: of the broker, of one listener, of one mechanism of a listener. Those of Kerberos
     * and of renewed logins to other brokers have no effect here, so they are like unknown ones.
     */
    private static final Pattern SECURITY =
            Pattern.compile("(listener\\.name\\.[^.]+\\.([^.]+\\.)?)?(ssl|sasl)\\.(?!(kerberos|login\\.refresh)\\.).*");

    /** Max number of keys that this broker does not know, for one broker and for all brokers. */
    private static final int MAX_UNKNOWN = 100;

    private static final int MAX_UNKNOWN_LENGTH = 249;
    private static final Set<String> CLEANERS =
            Set.of(CleanerConfig.LOG_CLEANER_THREADS_PROP, CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP);
    private static final long MIN_CLEANER_BYTES = 1 << 20;
    private static final String MAX_PER_IP = "max.connections.per.ip";
    private static final String PER_IP_OVERRIDES = "max.connections.per.ip.overrides";
    private static final Set<String> CONNECTIONS = Set.of(MAX_PER_IP, PER_IP_OVERRIDES);

    private static final Logger LOG = LoggerFactory.getLogger(BrokerConfigs.class);

    private final BrokerConfigKeys definitions;
    private final Map<String, String> file;
    private volatile BrokerConfigLayers layers;

    /**
     * @param definitions the keys that can be set, and which of them while the server runs
     * @param file what is set in the server's properties, by key
     */
    public BrokerConfigs(BrokerConfigKeys definitions, Map<String, String> file) {
        this.definitions = definitions;
        this.file = Map.copyOf(file);
        layers = BrokerConfigLayers.ofFile(this.file);
    }

    private static Map<String, List<String>> oneSetting(List<?>... groups) {
        Map<String, List<String>> byName = new HashMap<>();
        for (List<?> group : groups) {
            List<String> names = group.stream().map(String.class::cast).toList();
            names.forEach(name -> byName.put(name, names));
        }
        return byName;
    }

    /**
     * Replaces what is set while running. Leaves out what is not allowed: another version may have set it.
     *
     * @param broker on this broker
     * @param cluster on all brokers
     * @return what is in force from now on
     */
    public BrokerConfigLayers set(Map<String, String> broker, Map<String, String> cluster) {
        layers = new BrokerConfigLayers(allowed(broker), allowed(cluster), file);
        return layers;
    }

    private Map<String, String> allowed(Map<String, String> stored) {
        Map<String, String> allowed = new HashMap<>();
        stored.forEach((name, value) -> {
            try {
                validate(Map.of(name, value));
                allowed.put(name, value);
            } catch (InvalidRequestException e) {
                // Without the value: another version may know it as a secret.
                LOG.error("{}, set while running, is ignored: {}", name, e.getMessage());
            }
        });
        return allowed;
    }

    /**
     * @param name a key of this server's whose value is a whole number
     * @return its value in force
     */
    public long number(String name) {
        return ((Number) value(name, layers)).longValue();
    }

    /**
     * @param name a key of this server's whose value is a decimal number
     * @return its value in force
     */
    public double decimal(String name) {
        return ((Number) value(name, layers)).doubleValue();
    }

    /**
     * @param name a key of this server's whose value is text
     * @return its value in force
     */
    public String text(String name) {
        return (String) value(name, layers);
    }

    /**
     * @param name a key of this server's whose value is true or false
     * @return its value in force
     */
    public boolean isOn(String name) {
        return (Boolean) value(name, layers);
    }

    private Object value(String name, BrokerConfigLayers from) {
        ConfigKey key = definitions.keys().get(name);
        String set = from.merged().get(name);
        return set == null ? key.defaultValue : ConfigDef.parseType(name, set, key.type);
    }

    /**
     * Checks what is to be set while running, as Kafka does: a key that is unknown to both is accepted, kept
     * and has no effect. Other than in Kafka, no key of TLS and SASL that has an effect can be set: they are
     * read at a start.
     *
     * @param wanted the settings of one broker, or of all
     * @throws InvalidRequestException naming the keys that cannot be set, or the value that is wrong
     */
    void validate(Map<String, String> wanted) {
        Set<String> fixed = new TreeSet<>(wanted.keySet());
        fixed.removeIf(name -> !isFixed(name));
        if (!fixed.isEmpty()) {
            String reason = fixed.stream().anyMatch(BrokerConfigs::isOfSecurity)
                    ? ". Settings of TLS and SASL are read at a start; files of key and trust stores are read again when they change"
                    : "";
            throw new InvalidRequestException("Cannot update these configs dynamically: " + fixed + reason);
        }
        try {
            wanted.forEach((name, value) -> {
                ConfigKey key = definitions.keys().get(name);
                if (key != null) {
                    Object parsed = ConfigDef.parseType(name, value, key.type);
                    if (key.validator != null) {
                        key.validator.ensureValid(name, parsed);
                    }
                    if (parsed instanceof Double number && number.isNaN()) {
                        throw new ConfigException(name, value, "Not a number");
                    }
                }
            });
            TopicConfigDefaults.check(BrokerConfigLayers.ofFile(wanted));
        } catch (ConfigException | MetadataException e) {
            throw new InvalidRequestException(e.getMessage());
        }
    }

    /**
     * Checks settings against each other, as Kafka does at each change: local retention against the total
     * one, the cleaners' memory and number, and that some address may connect.
     *
     * @param all true if the settings are those of all brokers, not of this one
     * @param wanted all of these settings, each valid by itself
     * @throws InvalidRequestException if a local copy would have to stay longer than the segment itself, if
     *     cleaners would have too little memory, or if their number would change by more than half
     */
    void validateTogether(boolean all, Map<String, String> wanted) {
        BrokerConfigLayers now = layers;
        Map<String, String> relevant = new HashMap<>(wanted);
        relevant.keySet()
                .removeIf(name -> !TopicConfigDefaults.ofRetention().contains(name)
                        && !CLEANERS.contains(name)
                        && !CONNECTIONS.contains(name));
        Map<String, String> allowed = allowed(relevant);
        BrokerConfigLayers next = all
                ? new BrokerConfigLayers(now.broker(), allowed, file)
                : new BrokerConfigLayers(allowed, now.cluster(), file);
        if (definitions.dynamic().containsAll(CLEANERS)) {
            validateCleaners(now, next);
        }
        if (definitions.dynamic().containsAll(CONNECTIONS)
                && ((Number) value(MAX_PER_IP, next)).intValue() == 0
                && ((String) value(PER_IP_OVERRIDES, next)).isEmpty()) {
            throw new InvalidRequestException(
                    MAX_PER_IP + " can be set to zero only if " + PER_IP_OVERRIDES + " property is set.");
        }
        try {
            TopicConfigDefaults.checkLocalRetention(next);
        } catch (MetadataException e) {
            throw new InvalidRequestException(e.getMessage());
        }
    }

    private void validateCleaners(BrokerConfigLayers now, BrokerConfigLayers next) {
        long present = ((Number) value(CleanerConfig.LOG_CLEANER_THREADS_PROP, now)).longValue();
        long threads = ((Number) value(CleanerConfig.LOG_CLEANER_THREADS_PROP, next)).longValue();
        if (threads < present / 2) {
            throw new InvalidRequestException(
                    "Log cleaner threads cannot be reduced to less than half the current value " + present);
        }
        if (threads > present * 2) {
            throw new InvalidRequestException(
                    "Log cleaner threads cannot be increased to more than double the current value " + present);
        }
        long memory = ((Number) value(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP, next)).longValue();
        if (memory / threads < MIN_CLEANER_BYTES) {
            throw new InvalidRequestException(
                    "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.");
        }
    }

    /**
     * Limits the keys that this broker does not know. Stored keys stay.
     *
     * @param wanted all settings of one broker, or of all
     * @param changed the keys among them that are set now
     * @throws PolicyViolationException if there are too many unknown keys, or the name of one is too long
     */
    void limit(Map<String, String> wanted, Set<String> changed) {
        for (String name : changed) {
            if (name.length() > MAX_UNKNOWN_LENGTH && isUnknown(name)) {
                throw new PolicyViolationException(
                        "a key that this broker does not know has at most " + MAX_UNKNOWN_LENGTH + " characters");
            }
        }
        if (changed.stream().anyMatch(this::isUnknown)
                && wanted.keySet().stream().filter(this::isUnknown).count() > MAX_UNKNOWN) {
            throw new PolicyViolationException(
                    "at most " + MAX_UNKNOWN + " keys that this broker does not know are kept");
        }
    }

    private boolean isUnknown(String name) {
        return !definitions.keys().containsKey(name);
    }

    private static boolean isOfSecurity(String name) {
        return SECURITY.matcher(name).matches();
    }

    private boolean isFixed(String name) {
        return MetadataEvents.OWN_KEYS.contains(name)
                || isOfSecurity(name)
                || (definitions.keys().containsKey(name) || KafkasFixedKeys.contains(name))
                        && !definitions.dynamic().contains(name);
    }

    /**
     * @param name a key
     * @param operation what the client wants done with it, for the message
     * @throws InvalidConfigurationException if the key is unknown, or its value is not a list
     */
    public void requireList(String name, String operation) {
        ConfigKey key = definitions.keys().get(name);
        if (key == null) {
            throw new InvalidConfigurationException("Unknown config name: " + name);
        }
        if (key.type != ConfigDef.Type.LIST) {
            throw new InvalidConfigurationException(
                    "Config value " + operation + " is not allowed for config key: " + name);
        }
    }

    /** @return the default of a key as text, or null */
    public String byDefault(String name) {
        ConfigKey key = definitions.keys().get(name);
        return key == null ? null : ConfigDef.convertToString(key.defaultValue, key.type);
    }

    /** @return true if it can be set while running */
    public boolean isDynamic(String name) {
        return definitions.dynamic().contains(name);
    }

    /** @return true if its value must not be shown: it is a secret, or the key is unknown */
    public static boolean isSensitive(ConfigEntry setting) {
        return setting.key().type == ConfigDef.Type.PASSWORD || isUnknown(setting.key());
    }

    /** @return true if neither this server nor Kafka defines the key */
    public static boolean isUnknown(ConfigKey key) {
        return key.documentation == null;
    }

    /** @return the broker's settings, by name, with what is in force */
    public List<ConfigEntry> settings() {
        BrokerConfigLayers now = layers;
        TreeMap<String, ConfigKey> keys = new TreeMap<>(definitions.keys());
        now.merged().keySet().forEach(name -> keys.computeIfAbsent(name, BrokerConfigs::unknown));
        List<ConfigEntry> settings = new ArrayList<>();
        keys.forEach((name, key) -> {
            if (!key.internalConfig || now.merged().containsKey(name)) {
                settings.add(setting(key, now));
            }
        });
        return settings;
    }

    /** @return what is set while running on all brokers, by name */
    public List<ConfigEntry> ofAllBrokers() {
        List<ConfigEntry> settings = new ArrayList<>();
        new TreeMap<>(layers.cluster()).forEach((name, value) -> {
            ConfigKey key = definitions.keys().getOrDefault(name, unknown(name));
            settings.add(new ConfigEntry(key, value, List.of(new Synonym(name, value, Source.DYNAMIC_DEFAULT))));
        });
        return settings;
    }

    /**
     * @return the values of a key by precedence, the one in force first; empty if this broker does not know
     *     the key
     */
    public List<Synonym> synonyms(String name) {
        ConfigKey key = definitions.keys().get(name);
        return key == null ? List.of() : setting(key, layers).synonyms();
    }

    private ConfigEntry setting(ConfigKey key, BrokerConfigLayers now) {
        List<String> names = ONE_SETTING.getOrDefault(key.name, List.of(key.name));
        List<Synonym> synonyms = new ArrayList<>(now.of(names));
        for (String name : names) {
            String value = byDefault(name);
            if (value != null) {
                synonyms.add(new Synonym(name, value, Source.DEFAULT));
            }
        }
        // The description of a key has its own values and those of weaker keys, not those of stronger keys.
        int own = 0;
        while (own < synonyms.size() && !synonyms.get(own).name().equals(key.name)) {
            own++;
        }
        List<Synonym> shown = synonyms.subList(own, synonyms.size());
        String value = shown.isEmpty() ? byDefault(key.name) : shown.get(0).value();
        return new ConfigEntry(key, value, shown);
    }

    private static ConfigKey unknown(String name) {
        return new ConfigDef()
                .define(name, ConfigDef.Type.STRING, null, ConfigDef.Importance.LOW, null)
                .configKeys()
                .get(name);
    }
}
