// SPDX-License-Identifier: Apache-2.0
package io.varve.server.config;

import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.config.BrokerConfigKeys;
import io.varve.server.security.TlsSettings;
import io.varve.server.security.sasl.SaslConfig;
import io.varve.server.share.state.ShareStateConfig;
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
 * Joins the definitions of all parts to the keys of this broker. Type and documentation of a key are Kafka's
 * if its libraries define the key; defaults are those of this server. Stateless.
 */
final class CompleteConfigDef {
    private CompleteConfigDef() {}

    /** @param backend the value of {@code storage.backend} */
    static BrokerConfigKeys all(String backend) {
        Map<String, ConfigKey> keys = new HashMap<>(BrokerConfigKeys.OF_TOPICS.keys());
        keys.putAll(GroupsConfig.definitions());
        keys.putAll(TransactionsConfig.definitions());
        keys.putAll(ShareStateConfig.definitions());
        keys.putAll(SaslConfig.definitions());
        keys.putAll(TlsSettings.definitions());
        keys.putAll(own(backend));
        Set<String> dynamic = new HashSet<>(BrokerConfigKeys.OF_TOPICS.dynamic());
        dynamic.addAll(BrokerConfigDef.DYNAMIC);
        return new BrokerConfigKeys(keys, dynamic);
    }

    private static Map<String, ConfigKey> own(String backend) {
        Map<String, String> documented = ConfigDocumentation.read();
        Map<String, ConfigKey> defined = new HashMap<>(StorageBackends.settings(backend));
        defined.putAll(BrokerConfigDef.definitions());
        ConfigDef own = new ConfigDef();
        defined.forEach((name, key) -> {
            ConfigKey kafkas = BrokerConfigKeys.kafkas(name);
            Type type = kafkas != null ? kafkas.type : BrokerConfigDef.shownType(key);
            String byDefault = ConfigDef.convertToString(key.defaultValue, key.type);
            own.define(
                    name,
                    type,
                    byDefault == null ? null : ConfigDef.parseType(name, byDefault, type),
                    key.validator,
                    Importance.MEDIUM,
                    kafkas != null ? kafkas.documentation : documented.getOrDefault(name, key.documentation));
        });
        alias(own, BrokerConfigDef.BROKER_ID);
        alias(own, BrokerConfigDef.LOG_DIR);
        return own.configKeys();
    }

    /** Defines an alias of another key. An alias has no default, because the other key has one. */
    private static void alias(ConfigDef own, String name) {
        ConfigKey kafkas = BrokerConfigKeys.kafkas(name);
        own.define(name, kafkas.type, null, Importance.LOW, kafkas.documentation);
    }
}
