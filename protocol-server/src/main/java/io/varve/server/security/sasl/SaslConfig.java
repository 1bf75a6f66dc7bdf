// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.server.security.ListenerSecurity;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/**
 * The settings of SASL of one listener. Immutable.
 *
 * @param listener the listener's name, in upper case
 * @param jaas the JAAS entries of each mechanism that is enabled ({@code sasl.enabled.mechanisms})
 * @param values all security settings by Kafka's keys, parsed; those of one mechanism have its prefix. Holds
 *     secrets
 * @param limits how long a connection may take to authenticate
 */
public record SaslConfig(
        String listener,
        Map<String, List<AppConfigurationEntry>> jaas,
        Map<String, Object> values,
        AuthenticationLimits limits) {
    /** Key of the mechanisms that clients may use. */
    public static final String MECHANISMS = BrokerSecurityConfigs.SASL_ENABLED_MECHANISMS_CONFIG;

    /** Key of the max size in bytes of a request before the connection is authenticated. */
    public static final String MAX_RECEIVE = BrokerSecurityConfigs.SASL_SERVER_MAX_RECEIVE_SIZE_CONFIG;

    /** Key of the ms after which a client has to authenticate again; 0 for never. */
    public static final String MAX_REAUTH = BrokerSecurityConfigs.CONNECTIONS_MAX_REAUTH_MS_CONFIG;

    /** Key of the ms that pass before a connection is told that it failed to authenticate. */
    public static final String FAILURE_DELAY = "connection.failed.authentication.delay.ms";

    /** Key of the ms in which a connection has to authenticate. */
    public static final String TIMEOUT = "connection.authentication.timeout.ms";

    static final String PLAIN = "PLAIN";
    static final String OAUTHBEARER = OAuthBearerLoginModule.OAUTHBEARER_MECHANISM;
    static final String HANDLER = BrokerSecurityConfigs.SASL_SERVER_CALLBACK_HANDLER_CLASS_CONFIG;

    private static final int UNLIMITED = NetworkReceive.UNLIMITED;
    private static final ConfigDef KAFKAS = BrokerSecurityConfigs.CONFIG_DEF;

    /**
     * How long a connection may take to authenticate.
     *
     * @param failureDelayMs {@code connection.failed.authentication.delay.ms}: ms until a connection is told
     *     that it failed, 0 or more
     * @param timeoutMs {@code connection.authentication.timeout.ms}: ms until a connection that is not
     *     authenticated is closed, at least 1
     */
    public record AuthenticationLimits(int failureDelayMs, long timeoutMs) {
        /** Kafka's defaults; Kafka waits for as long as a connection may be idle. */
        public static final AuthenticationLimits DEFAULT = new AuthenticationLimits(100, 60_000);
    }

    /** Copies the maps. */
    public SaslConfig {
        jaas = Collections.unmodifiableMap(new HashMap<>(jaas)); // in the order in which Kafka names mechanisms
        values = new TreeMap<>(values); // some values are null
    }

    /** @return true if clients that speak the protocol authenticate by SASL */
    public static boolean isNeeded(SecurityProtocol protocol) {
        return protocol == SecurityProtocol.SASL_PLAINTEXT || protocol == SecurityProtocol.SASL_SSL;
    }

    /** @return Kafka's definition of each key of SASL that has an effect here, and its defaults */
    public static Map<String, ConfigKey> definitions() {
        Map<String, ConfigKey> all = new HashMap<>();
        KAFKAS.configKeys().forEach((name, key) -> {
            if (TAKEN.contains(name)) {
                all.put(name, key);
            }
        });
        ConfigKey mechanisms = all.get(MECHANISMS);
        all.putAll(new ConfigDef()
                .define(
                        mechanisms.name,
                        mechanisms.type,
                        List.of(), // Kafka's is GSSAPI, which nobody has by default
                        mechanisms.validator,
                        mechanisms.importance,
                        mechanisms.documentation)
                .configKeys());
        return all;
    }

    private static final Set<String> TAKEN = Set.of(
            MECHANISMS,
            MAX_RECEIVE,
            MAX_REAUTH,
            HANDLER,
            SaslConfigs.SASL_JAAS_CONFIG,
            SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL,
            SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_REFRESH_MS,
            SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MS,
            SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MAX_MS,
            SaslConfigs.SASL_OAUTHBEARER_EXPECTED_AUDIENCE,
            SaslConfigs.SASL_OAUTHBEARER_EXPECTED_ISSUER,
            SaslConfigs.SASL_OAUTHBEARER_SCOPE_CLAIM_NAME,
            SaslConfigs.SASL_OAUTHBEARER_SUB_CLAIM_NAME,
            SaslConfigs.SASL_OAUTHBEARER_CLOCK_SKEW_SECONDS);

    /**
     * Parses and checks the settings of a listener.
     *
     * @param security the listener, whose clients authenticate by SASL
     * @param limits those of the server
     * @return the settings
     * @throws ConfigException if one is wrong, or missing; names the key as it is written, and no secret
     */
    public static SaslConfig parse(ListenerSecurity security, AuthenticationLimits limits) {
        String listener = security.listener();
        Map<String, String> settings = security.settings();
        if (settings.getOrDefault(MECHANISMS, "").isBlank()) {
            throw new ConfigException(MECHANISMS + " has to name what clients of listener " + listener
                    + " authenticate by: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER");
        }
        security.own().stream()
                .filter(KAFKAS.configKeys()::containsKey)
                .forEach(name -> value(
                        security.key(name),
                        settings.get(name),
                        KAFKAS.configKeys().get(name)));
        Map<String, Object> values = new HashMap<>(KAFKAS.parse(settings));
        requireLimit(security.key(MAX_RECEIVE), (Integer) values.get(MAX_RECEIVE));
        @SuppressWarnings("unchecked")
        List<String> mechanisms = (List<String>) values.get(MECHANISMS);
        Map<String, List<AppConfigurationEntry>> jaas = new HashMap<>();
        for (String mechanism : mechanisms) {
            requireServed(mechanism);
            addOwnOf(mechanism, security, values);
            List<AppConfigurationEntry> entries = jaas(listener, mechanism, values);
            requirePlainModule(listener, mechanism, entries, values);
            jaas.put(mechanism, entries);
        }
        settings.forEach(values::putIfAbsent); // for classes of others, which may have keys of their own
        return new SaslConfig(listener, jaas, values, limits);
    }

    private static void requireServed(String mechanism) {
        if (!mechanism.equals(PLAIN) && !mechanism.equals(OAUTHBEARER) && !ScramMechanism.isScram(mechanism)) {
            throw new ConfigException(MECHANISMS + " names " + mechanism
                    + "; there are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER");
        }
    }

    /** Parses the settings with the prefix of a mechanism, such as {@code plain.sasl.jaas.config}. */
    private static void addOwnOf(String mechanism, ListenerSecurity security, Map<String, Object> values) {
        String prefix = ListenerName.saslMechanismPrefix(mechanism);
        security.settings().forEach((name, text) -> {
            ConfigKey key = name.startsWith(prefix) ? KAFKAS.configKeys().get(name.substring(prefix.length())) : null;
            if (key != null) {
                values.put(name, value(security.key(name), text, key));
            }
        });
    }

    private static Object value(String name, String text, ConfigKey key) {
        Object value = ConfigDef.parseType(name, text, key.type);
        if (key.validator != null) {
            key.validator.ensureValid(name, value);
        }
        return value;
    }

    /** Kafka takes any number, also one that lets nobody authenticate. */
    private static void requireLimit(String key, int maxBytes) {
        if (maxBytes < 1 && maxBytes != UNLIMITED) {
            throw new ConfigException(
                    key, maxBytes, "must be 1 or more, or " + UNLIMITED + " for no other limit than all requests have");
        }
    }

    /** SCRAM and OAUTHBEARER need no JAAS entry here: there are no other brokers to log in to. */
    private static List<AppConfigurationEntry> jaas(String listener, String mechanism, Map<String, Object> values) {
        String key = ListenerName.saslMechanismPrefix(mechanism) + SaslConfigs.SASL_JAAS_CONFIG;
        boolean given = values.get(key) instanceof Password;
        try {
            return JaasContext.loadServerContext(new ListenerName(listener), mechanism, values)
                    .configurationEntries();
        } catch (IllegalArgumentException | SecurityException e) {
            if (!given && !needsJaas(mechanism, values)) {
                return List.of(new AppConfigurationEntry(
                        OAuthBearerLoginModule.class.getName(), LoginModuleControlFlag.REQUIRED, Map.of()));
            }
            String full = new ListenerName(listener).configPrefix() + key;
            throw new ConfigException(
                    given ? full + " is wrong: " + e.getMessage() : full + " is not set: " + e.getMessage());
        }
    }

    /** Kafka's verifier of passwords looks for users in entries of its own module only. */
    private static void requirePlainModule(
            String listener, String mechanism, List<AppConfigurationEntry> entries, Map<String, Object> values) {
        String module = PlainLoginModule.class.getName();
        if (needsJaas(mechanism, values)
                && entries.stream()
                        .noneMatch(entry -> entry.getLoginModuleName().equals(module))) {
            throw new ConfigException(new ListenerName(listener).configPrefix()
                    + ListenerName.saslMechanismPrefix(mechanism) + SaslConfigs.SASL_JAAS_CONFIG
                    + " is wrong: nobody could authenticate, for its entry has to be of " + module);
        }
    }

    private static boolean needsJaas(String mechanism, Map<String, Object> values) {
        return mechanism.equals(PLAIN) && handlerClass(mechanism, values) == null;
    }

    /** @return the keys of single mechanisms and of this listener that have an effect */
    public Set<String> keys() {
        Set<String> keys = new HashSet<>(TAKEN);
        for (String mechanism : jaas.keySet()) {
            TAKEN.forEach(key -> keys.add(ListenerName.saslMechanismPrefix(mechanism) + key));
        }
        String prefix = new ListenerName(listener).configPrefix();
        Set<String> all = new HashSet<>(keys);
        keys.forEach(key -> all.add(prefix + key));
        return all;
    }

    /** @return the class that verifies credentials of a mechanism; null if none is set */
    Class<?> handlerClass(String mechanism) {
        return handlerClass(mechanism, values);
    }

    private static Class<?> handlerClass(String mechanism, Map<String, Object> values) {
        String key = ListenerName.saslMechanismPrefix(mechanism) + HANDLER;
        Class<?> named = (Class<?>) values.get(key);
        if (named != null && OAuthBearerUnsecuredValidatorCallbackHandler.class.isAssignableFrom(named)) {
            throw new ConfigException(key + " takes tokens that nobody has signed: leave it out, and set "
                    + SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL);
        }
        return named;
    }

    /**
     * @return {@code sasl.server.max.receive.size}: max bytes of a request of a peer that is not
     *     authenticated, beside the limits of all requests
     */
    public int maxReceiveBytes() {
        int bytes = (Integer) values.get(MAX_RECEIVE);
        return bytes == UNLIMITED ? Integer.MAX_VALUE : bytes;
    }

    /** @return ms after which a client has to authenticate again by this mechanism; 0 for never */
    long maxReauthMs(String mechanism) {
        Object ms = value(mechanism, MAX_REAUTH);
        return ms == null ? 0 : (Long) ms;
    }

    /** @return the value for a mechanism, its own or that of all; null if there is none */
    Object value(String mechanism, String key) {
        Object own = values.get(ListenerName.saslMechanismPrefix(mechanism) + key);
        return own != null ? own : values.get(key);
    }

    /** @return listener and mechanisms; settings may be secrets, and are left out */
    @Override
    public String toString() {
        return listener + ": " + jaas.keySet();
    }
}
