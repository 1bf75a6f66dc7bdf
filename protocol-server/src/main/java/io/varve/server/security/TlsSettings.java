// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslClientAuth;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Defines the settings of TLS, which are Kafka's, and parses those of a listener. Stateless. */
public final class TlsSettings {
    private static final String PREFIX = "ssl.";

    private TlsSettings() {}

    /** @return the definition of each key; the class of an engine factory is not among them */
    public static Map<String, ConfigKey> definitions() {
        return BrokerSecurityConfigs.CONFIG_DEF.configKeys().entrySet().stream()
                .filter(key -> key.getKey().startsWith(PREFIX))
                .filter(key -> !key.getKey().equals(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * @param listener a listener with TLS
     * @return its settings by key, with Kafka's types, as Kafka's engine factory takes them
     * @throws TlsConfigException for the first invalid value
     */
    static Map<String, Object> parse(ListenerSecurity listener) {
        Map<String, Object> values = new HashMap<>();
        definitions().forEach((name, key) -> values.put(name, value(listener, key)));
        // As in Kafka, clients that authenticate otherwise are asked for a certificate only where the
        // listener's own setting says so.
        if (listener.protocol() == SecurityProtocol.SASL_SSL
                && !listener.own().contains(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG)) {
            values.put(
                    BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG,
                    SslClientAuth.NONE.name().toLowerCase(Locale.ROOT));
        }
        return values;
    }

    private static Object value(ListenerSecurity listener, ConfigKey key) {
        String text = listener.settings().get(key.name);
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
            throw TlsConfigException.of(listener, key.name, "is wrong: " + e.getMessage(), e);
        }
    }
}
