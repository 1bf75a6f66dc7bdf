// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** The keys this package reads itself, with type, default and what is allowed; other rooms' keys are theirs to define. */
final class BrokerKeys {
    static final String LISTENERS = "listeners";
    static final String ADVERTISED_LISTENERS = "advertised.listeners";
    static final String PROTOCOL_MAP = "listener.security.protocol.map";
    static final String CONTROLLER_LISTENERS = "controller.listener.names";
    static final String NODE_ID = "node.id";
    static final String BROKER_ID = "broker.id";
    static final String RACK = "broker.rack";
    static final String BACKEND = "storage.backend";
    static final String LOG_DIRS = "log.dirs";
    static final String LOG_DIR = "log.dir";
    static final String DURABILITY = "log.durability";
    static final String FLUSH_MS = "log.flush.interval.ms";
    static final String FLUSH_MESSAGES = "log.flush.interval.messages";
    static final String PRODUCER_EXPIRATION = "producer.id.expiration.ms";
    static final String PARTITIONS = "num.partitions";
    static final String REPLICATION = "default.replication.factor";
    static final String AUTO_CREATE = "auto.create.topics.enable";
    static final String DELETE_TOPICS = "delete.topic.enable";

    static final String DEFAULT_LISTENERS = "PLAINTEXT://localhost:9092";

    private static final ConfigDef DEFINITION = new ConfigDef()
            .define(LISTENERS, Type.STRING, DEFAULT_LISTENERS, Importance.HIGH, "Where to listen")
            .define(ADVERTISED_LISTENERS, Type.STRING, null, Importance.HIGH, "What clients are told to connect to")
            .define(PROTOCOL_MAP, Type.STRING, "PLAINTEXT:PLAINTEXT", Importance.LOW, "Security by listener name")
            .define(NODE_ID, Type.INT, 1, Range.atLeast(0), Importance.HIGH, "This broker's number")
            .define(RACK, Type.STRING, null, Importance.MEDIUM, "Where this broker stands")
            .define(BACKEND, Type.STRING, "file", Importance.HIGH, "What keeps the data")
            .define(LOG_DIRS, Type.STRING, "data", Importance.HIGH, "Where the data is kept")
            .define(
                    DURABILITY,
                    Type.STRING,
                    "sync",
                    ValidString.in("sync", "async"),
                    Importance.HIGH,
                    "What acks=all means")
            .define(
                    FLUSH_MS,
                    Type.LONG,
                    Long.MAX_VALUE,
                    Range.atLeast(0),
                    Importance.MEDIUM,
                    "With async: sync after ms")
            .define(
                    FLUSH_MESSAGES,
                    Type.LONG,
                    Long.MAX_VALUE,
                    Range.atLeast(1),
                    Importance.MEDIUM,
                    "... or after records")
            .define(
                    PRODUCER_EXPIRATION,
                    Type.INT,
                    86_400_000,
                    Range.atLeast(1),
                    Importance.LOW,
                    "Forget idle producers")
            .define(PARTITIONS, Type.INT, 1, Range.atLeast(1), Importance.MEDIUM, "Partitions of a new topic")
            .define(REPLICATION, Type.INT, 1, Range.between(1, 1), Importance.MEDIUM, "Copies; there is one broker")
            .define(AUTO_CREATE, Type.BOOLEAN, true, Importance.HIGH, "Create topics clients name")
            .define(DELETE_TOPICS, Type.BOOLEAN, true, Importance.HIGH, "Let clients delete topics");

    private BrokerKeys() {}

    static Set<String> names() {
        return DEFINITION.names();
    }

    /**
     * @param settings as the user gave them
     * @return every key's value, the default where there is none
     * @throws ConfigError for the first value that is wrong
     */
    static Map<String, Object> parse(Settings settings) {
        Map<String, Object> parsed = new HashMap<>();
        DEFINITION.configKeys().forEach((name, key) -> parsed.put(name, value(settings, key)));
        return parsed;
    }

    private static Object value(Settings settings, ConfigKey key) {
        String text = settings.get(key.name);
        if (text == null) {
            return key.defaultValue;
        }
        try {
            Object value = ConfigDef.parseType(key.name, text, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, value);
            }
            return value;
        } catch (ConfigException e) {
            throw settings.wrong(key.name, allowed(key));
        }
    }

    private static String allowed(ConfigKey key) {
        if (key.type == Type.BOOLEAN) {
            return "true or false";
        }
        String range = key.validator == null ? "" : " in " + key.validator;
        return switch (key.type) {
            case INT, LONG -> "a whole number" + range.replace(",...]", " or more]");
            default -> "one word" + range;
        };
    }

    /** @return the words of a comma-separated value, trimmed, without empty ones */
    static List<String> words(String text) {
        return text == null
                ? List.of()
                : List.of(text.split(",")).stream()
                        .map(String::trim)
                        .filter(w -> !w.isEmpty())
                        .toList();
    }
}
