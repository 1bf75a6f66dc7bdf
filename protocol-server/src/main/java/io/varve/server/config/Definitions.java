// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.config.BrokerConfigKeys;
import io.varve.server.txn.TransactionsConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * All that this broker can be configured with. Types and documentation are Kafka's where its libraries define the key, defaults are those in
 * force here. Stateless.
 */
final class Definitions {
    /** Lists that Kafka's libraries used here do not define. */
    private static final Set<String> LISTS = Set.of(
            BrokerConfigDef.LISTENERS,
            BrokerConfigDef.ADVERTISED_LISTENERS,
            BrokerConfigDef.RESERVE_TOPICS,
            BrokerConfigDef.ACCEPTED_LOSSES);

    /** Kafka can change these while it runs; here they are the engine's for good. */
    private static final Set<String> FIXED = Set.of(BrokerConfigDef.FLUSH_MS, BrokerConfigDef.FLUSH_MESSAGES);

    /** Besides the defaults of topics' settings. */
    private static final Set<String> DYNAMIC =
            Set.of(BrokerConfigDef.MAX_CONNECTIONS, BrokerConfigDef.MAX_PER_IP, BrokerConfigDef.PRODUCER_EXPIRATION);

    private Definitions() {}

    static BrokerConfigKeys all() {
        Map<String, ConfigKey> keys = new HashMap<>(BrokerConfigKeys.OF_TOPICS.keys());
        keys.putAll(GroupsConfig.definitions());
        keys.putAll(TransactionsConfig.definitions());
        keys.putAll(own());
        Set<String> dynamic = new HashSet<>(BrokerConfigKeys.OF_TOPICS.dynamic());
        dynamic.addAll(DYNAMIC);
        dynamic.removeAll(FIXED);
        return new BrokerConfigKeys(keys, dynamic);
    }

    private static Map<String, ConfigKey> own() {
        Map<String, String> documented = ConfigDocumentation.read();
        ConfigDef own = new ConfigDef();
        BrokerConfigDef.definitions().forEach((name, key) -> {
            ConfigKey kafkas = BrokerConfigKeys.kafkas(name);
            Type type = kafkas != null ? kafkas.type : LISTS.contains(name) ? Type.LIST : key.type;
            String byDefault = ConfigDef.convertToString(key.defaultValue, key.type);
            own.define(
                    name,
                    type,
                    byDefault == null ? null : ConfigDef.parseType(name, byDefault, type),
                    key.validator,
                    Importance.MEDIUM,
                    kafkas != null ? kafkas.documentation : documented.getOrDefault(name, ""));
        });
        alias(own, BrokerConfigDef.BROKER_ID);
        alias(own, BrokerConfigDef.LOG_DIR);
        return own.configKeys();
    }

    /** A key that is taken for another one has no default: that is the other's. */
    private static void alias(ConfigDef own, String name) {
        ConfigKey kafkas = BrokerConfigKeys.kafkas(name);
        own.define(name, kafkas.type, null, Importance.LOW, kafkas.documentation);
    }
}
