// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.engine.Durability;
import io.varve.core.engine.EngineConfig;
import io.varve.core.log.config.BatchRules;
import io.varve.core.retention.RetentionConfig;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.TopicLimits;
import io.varve.server.net.NetConfig;
import io.varve.server.net.NetConfig.Connections;
import io.varve.server.net.NetConfig.Requests;
import io.varve.server.net.NetConfig.Sockets;
import io.varve.server.quota.ConnectionRates;
import io.varve.server.quota.QuotaWindow;
import io.varve.server.security.access.AuthorizerConfig;
import io.varve.server.security.sasl.SaslConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/**
 * Defines the broker's keys: type, default and allowed values of each. The keys of backends, groups,
 * transactions and topics are defined by {@link StorageBackends}, {@code GroupsConfig},
 * {@code TransactionsConfig} and {@code TopicConfigs}; defaults are taken from the records that hold the
 * values.
 */
public final class BrokerConfigDef {
    static final String CLOCK = "clock";
    static final String VIRTUAL = "virtual";
    static final String LISTENERS = "listeners";
    static final String ADVERTISED_LISTENERS = "advertised.listeners";
    static final String PROTOCOL_MAP = "listener.security.protocol.map";
    static final String HTTP_LISTENERS = "http.listeners";
    static final String HTTP_METRICS_OPEN = "http.metrics.open";
    static final String CONFIG_PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG;
    static final String CONTROLLER_LISTENERS = "controller.listener.names";
    static final String NODE_ID = "node.id";
    static final String BROKER_ID = "broker.id";
    static final String RACK = "broker.rack";
    static final String BACKEND = "storage.backend";
    static final String LOG_DIRS = "log.dirs";
    static final String LOG_DIR = "log.dir";
    static final String DURABILITY = "log.durability";
    public static final String FLUSH_MS = "log.flush.interval.ms";
    public static final String FLUSH_MESSAGES = "log.flush.interval.messages";
    static final String ACCEPTED_LOSSES = AcceptedLosses.KEY;
    static final String RETENTION_CHECK_MS = "log.retention.check.interval.ms";
    static final String FUTURE_TIMESTAMPS = "log.retention.future.timestamps";
    /** Key of the time in ms after which an idle producer expires. */
    public static final String PRODUCER_EXPIRATION = "producer.id.expiration.ms";

    /** Key of whether compacted topics are cleaned. */
    public static final String CLEANER_ENABLE = "log.cleaner.enable";
    /** Key of the number of partitions cleaned at a time. */
    public static final String CLEANER_THREADS = "log.cleaner.threads";
    /** Key of the bytes of memory for keys. */
    public static final String CLEANER_DEDUPE_BUFFER = "log.cleaner.dedupe.buffer.size";
    /** Key of the used part of that memory. */
    public static final String CLEANER_LOAD_FACTOR = "log.cleaner.io.buffer.load.factor";
    /** Key of the bytes read at a time. */
    public static final String CLEANER_IO_BUFFER = "log.cleaner.io.buffer.size";
    /** Key of the bytes cleaned in a second. */
    public static final String CLEANER_IO_MAX = "log.cleaner.io.max.bytes.per.second";
    /** Key of the pause in ms of an idle cleaner. */
    public static final String CLEANER_BACKOFF = "log.cleaner.backoff.ms";

    static final String NETWORK_THREADS = "num.network.threads";
    static final String IO_THREADS = "num.io.threads";
    static final String SEND_BUFFER = "socket.send.buffer.bytes";
    static final String RECEIVE_BUFFER = "socket.receive.buffer.bytes";
    static final String BACKLOG = "socket.listen.backlog.size";
    static final String MAX_REQUEST = "socket.request.max.bytes";
    static final String MAX_CONTROL_REQUEST = "control.request.max.bytes";
    static final String MAX_QUEUED = "queued.max.request.bytes";
    static final String MAX_IDLE = "connections.max.idle.ms";
    static final String AUTHENTICATION_DELAY = SaslConfig.FAILURE_DELAY;
    static final String AUTHENTICATION_TIMEOUT = SaslConfig.TIMEOUT;
    /** Key of the max number of connections. */
    public static final String MAX_CONNECTIONS = "max.connections";
    /** Key of the max number of connections from one address. */
    public static final String MAX_PER_IP = "max.connections.per.ip";

    /** Key of the max numbers of connections from single addresses. */
    public static final String PER_IP_OVERRIDES = "max.connections.per.ip.overrides";

    /** Key of the max number of new connections in a second. */
    public static final String MAX_CREATION_RATE = "max.connection.creation.rate";

    static final String QUOTA_SAMPLES = "quota.window.num";
    static final String QUOTA_SECONDS = "quota.window.size.seconds";
    static final String MUTATION_SAMPLES = "controller.quota.window.num";
    static final String MUTATION_SECONDS = "controller.quota.window.size.seconds";
    static final String FETCH_MAX = "fetch.max.bytes";
    static final String FETCH_SESSIONS = "max.incremental.fetch.session.cache.slots";
    static final String PARTITIONS = "num.partitions";
    static final String REPLICATION = "default.replication.factor";
    static final String AUTO_CREATE = "auto.create.topics.enable";
    static final String AUTO_CREATE_MAX = "auto.create.topics.max";
    static final String AUTO_CREATE_AT_ONCE = "auto.create.topics.max.inflight";
    static final String RECORD_VALIDATION = "log.record.validation";
    static final String MAX_RECORD = "log.record.max.bytes";
    static final String FULL = "full";
    static final String MAX_PARTITIONS = "max.partitions";
    static final String DESCRIBED_AT_ONCE = "max.request.partition.size.limit";
    static final String DELETE_TOPICS = "delete.topic.enable";

    static final String BY_APPEND_TIME = "append-time";
    static final String KAFKAS_RULE = "kafka";

    static final String DEFAULT_LISTENERS = "PLAINTEXT://localhost:9092";

    private static final ConfigDef DEFINITION = new ConfigDef();

    /**
     * Keys of lists that the Kafka libraries on the class path do not define. They are parsed as strings, and
     * shown as lists.
     */
    private static final Set<String> LISTS = new HashSet<>();

    /** Keys that can change while the server runs, besides the defaults of topic settings. */
    static final Set<String> DYNAMIC = Set.of(
            MAX_CONNECTIONS,
            MAX_PER_IP,
            PER_IP_OVERRIDES,
            MAX_CREATION_RATE,
            PRODUCER_EXPIRATION,
            FLUSH_MS,
            FLUSH_MESSAGES,
            CLEANER_THREADS,
            CLEANER_DEDUPE_BUFFER,
            CLEANER_LOAD_FACTOR,
            CLEANER_IO_BUFFER,
            CLEANER_IO_MAX,
            CLEANER_BACKOFF);

    static {
        list(CONFIG_PROVIDERS, "");
        list(LISTENERS, DEFAULT_LISTENERS);
        list(ADVERTISED_LISTENERS, null);
        list(HTTP_LISTENERS, "");
        define(HTTP_METRICS_OPEN, Type.BOOLEAN, false, null);
        define(CLOCK, Type.STRING, "machine", ValidString.in("machine", VIRTUAL));
        text(PROTOCOL_MAP, ListenerSecurities.DEFAULT_MAP);
        text(RACK, null);
        text(BACKEND, "file");
        text(LOG_DIRS, "data");
        defineDurability(EngineConfig.DEFAULT);
        list(ACCEPTED_LOSSES, "");
        define(RETENTION_CHECK_MS, Type.LONG, RetentionConfig.DEFAULT.checkIntervalMs(), Range.atLeast(1));
        define(FUTURE_TIMESTAMPS, Type.STRING, BY_APPEND_TIME, ValidString.in(BY_APPEND_TIME, KAFKAS_RULE));
        atLeast(0, NODE_ID, 1);
        atLeast(1, PRODUCER_EXPIRATION, Math.toIntExact(EngineConfig.DEFAULT.producerIdExpirationMs()));
        atLeast(1, PARTITIONS, 1);
        atLeast(1, REPLICATION, 1);
        define(AUTO_CREATE, Type.BOOLEAN, true, null);
        atLeast(0, AUTO_CREATE_MAX, TopicLimits.DEFAULT.autoCreated());
        atLeast(1, AUTO_CREATE_AT_ONCE, TopicLimits.DEFAULT.autoCreatedAtOnce());
        define(RECORD_VALIDATION, Type.STRING, FULL, ValidString.in(FULL, "header"));
        atLeast(1, MAX_RECORD, BatchRules.DEFAULT.maxRecordBytes());
        atLeast(1, MAX_PARTITIONS, TopicLimits.DEFAULT.partitions());
        atLeast(1, DESCRIBED_AT_ONCE, TopicLimits.DEFAULT.describedAtOnce());
        define(DELETE_TOPICS, Type.BOOLEAN, true, null);
        defineCleaner(CompactionConfig.DEFAULT);
        atLeast(1, NETWORK_THREADS, NetConfig.DEFAULT_NETWORK_THREADS);
        atLeast(-1, IO_THREADS, Requests.DEFAULT.ioThreads());
        atLeast(-1, SEND_BUFFER, Sockets.DEFAULT.sendBufferBytes());
        atLeast(-1, RECEIVE_BUFFER, Sockets.DEFAULT.receiveBufferBytes());
        atLeast(1, BACKLOG, Sockets.DEFAULT.backlog());
        atLeast(1, MAX_REQUEST, Requests.DEFAULT.maxBytes());
        atLeast(65_536, MAX_CONTROL_REQUEST, Requests.DEFAULT.maxControlBytes());
        define(MAX_QUEUED, Type.LONG, Requests.DEFAULT.maxQueuedBytes(), Range.atLeast(-1));
        define(MAX_IDLE, Type.LONG, Connections.DEFAULT.maxIdleMs(), Range.atLeast(1));
        atLeast(0, AUTHENTICATION_DELAY, SaslConfig.AuthenticationLimits.DEFAULT.failureDelayMs());
        define(
                AUTHENTICATION_TIMEOUT,
                Type.LONG,
                SaslConfig.AuthenticationLimits.DEFAULT.timeoutMs(),
                Range.atLeast(1));
        text(AuthorizerConfig.CLASS_NAME, "");
        text(AuthorizerConfig.SUPER_USERS, "");
        define(AuthorizerConfig.ALLOW_EVERYONE, Type.BOOLEAN, false, null);
        atLeast(1_024, FETCH_MAX, FetchConfig.DEFAULT.maxBytes());
        atLeast(0, FETCH_SESSIONS, FetchConfig.DEFAULT.sessionSlots());
        atLeast(1, MAX_CONNECTIONS, Connections.DEFAULT.max());
        atLeast(0, MAX_PER_IP, Connections.DEFAULT.maxPerIp());
        define(PER_IP_OVERRIDES, Type.STRING, "", new ConnectionOverrides());
        atLeast(1, MAX_CREATION_RATE, ConnectionRates.UNLIMITED);
        atLeast(1, QUOTA_SAMPLES, QuotaWindow.DEFAULT.samples());
        atLeast(1, QUOTA_SECONDS, QuotaWindow.DEFAULT.seconds());
        atLeast(1, MUTATION_SAMPLES, QuotaWindow.DEFAULT.samples());
        atLeast(1, MUTATION_SECONDS, QuotaWindow.DEFAULT.seconds());
    }

    private BrokerConfigDef() {}

    private static void defineDurability(EngineConfig byDefault) {
        String[] names = Stream.of(Durability.values())
                .map(durability -> durability.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        define(DURABILITY, Type.STRING, byDefault.durability().name().toLowerCase(Locale.ROOT), ValidString.in(names));
        define(FLUSH_MS, Type.LONG, byDefault.flushIntervalMs(), Range.atLeast(0));
        define(FLUSH_MESSAGES, Type.LONG, byDefault.flushIntervalMessages(), Range.atLeast(1));
    }

    private static void defineCleaner(CompactionConfig byDefault) {
        define(CLEANER_ENABLE, Type.BOOLEAN, byDefault.enabled(), null);
        atLeast(1, CLEANER_THREADS, byDefault.threads());
        define(CLEANER_DEDUPE_BUFFER, Type.LONG, byDefault.dedupeBufferBytes(), Range.atLeast(1));
        define(CLEANER_LOAD_FACTOR, Type.DOUBLE, byDefault.loadFactor(), Range.between(0.01, 1));
        atLeast(1_024, CLEANER_IO_BUFFER, byDefault.ioBufferBytes());
        define(CLEANER_IO_MAX, Type.DOUBLE, byDefault.bytesPerSecond(), Range.atLeast(1));
        define(CLEANER_BACKOFF, Type.LONG, byDefault.backoffMs(), Range.atLeast(1));
    }

    private static void list(String key, String byDefault) {
        text(key, byDefault);
        LISTS.add(key);
    }

    private static void text(String key, String byDefault) {
        define(key, Type.STRING, byDefault, null);
    }

    private static void atLeast(int min, String key, int byDefault) {
        define(key, Type.INT, byDefault, Range.atLeast(min));
    }

    private static void define(String key, Type type, Object byDefault, Validator validator) {
        // config/server.properties is the documentation; a test compares it with these definitions.
        DEFINITION.define(key, type, byDefault, validator, Importance.MEDIUM, "");
    }

    /** @return each key's definition, without documentation */
    static Map<String, ConfigKey> definitions() {
        return DEFINITION.configKeys();
    }

    /** @return the type to show for a key that Kafka's libraries do not define */
    static Type shownType(ConfigKey key) {
        return LISTS.contains(key.name) ? Type.LIST : key.type;
    }

    static Set<String> names() {
        return DEFINITION.names();
    }

    /**
     * @param settings the properties of the user
     * @return the value of every key, the default of a key that is not set
     * @throws ConfigError for the first invalid value
     */
    static Map<String, Object> parse(PropertySources settings) {
        Map<String, Object> parsed = new HashMap<>();
        DEFINITION.configKeys().forEach((name, key) -> parsed.put(name, value(settings, key)));
        check(settings, StorageBackends.settings((String) parsed.get(BACKEND)));
        return parsed;
    }

    private static void check(PropertySources settings, Map<String, ConfigKey> keys) {
        keys.values().forEach(key -> value(settings, key));
    }

    private static Object value(PropertySources settings, ConfigKey key) {
        String text = settings.get(key.name);
        if (text == null) {
            return key.defaultValue;
        }
        try {
            Object value = ConfigDef.parseType(key.name, text, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, value);
            }
            // Not a number is neither below nor above what a validator compares it with.
            if (value instanceof Double number && number.isNaN()) {
                throw settings.wrong(key.name, allowed(key));
            }
            return value;
        } catch (ConfigException e) {
            throw settings.wrong(key.name, allowed(key));
        }
    }

    private static String allowed(ConfigKey key) {
        return switch (key.type) {
            case BOOLEAN -> "true or false";
            case DOUBLE -> "a number, " + range(key);
            case INT, LONG -> "a whole number, " + range(key);
            default -> key.validator instanceof ValidString ? "one of " + key.validator : key.validator.toString();
        };
    }

    private static String range(ConfigKey key) {
        return key.validator
                .toString()
                .replaceAll("\\[(.*),\\.\\.\\.]", "$1 or more")
                .replaceAll("\\[(.*),\\.\\.\\.,(.*)]", "$1 to $2");
    }

    /** @return the items of a comma-separated value, trimmed, without empty ones; none for null */
    static List<String> listItems(String text) {
        return text == null
                ? List.of()
                : List.of(text.split(",")).stream()
                        .map(String::trim)
                        .filter(item -> !item.isEmpty())
                        .toList();
    }
}
