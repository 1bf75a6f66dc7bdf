// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * How one listener is secured. Immutable.
 *
 * @param listener the listener's name, in upper case
 * @param protocol what its clients speak ({@code listener.security.protocol.map})
 * @param settings all settings of the server by their keys, as texts, those of
 *     {@code listener.name.<lower-case name>.} without that prefix and over the others. May hold secrets
 * @param own those of the keys, without the prefix, that are given for this listener alone
 */
public record ListenerSecurity(
        String listener, SecurityProtocol protocol, Map<String, String> settings, Set<String> own) {
    /** Begins the key of a setting of one listener. */
    public static final String PREFIX = "listener.name.";

    /** Copies the settings. */
    public ListenerSecurity {
        settings = Map.copyOf(settings);
        own = Set.copyOf(own);
    }

    /**
     * A listener without settings of its own.
     *
     * @param listener the listener's name, in upper case
     * @param protocol what its clients speak
     * @param settings all settings of the server by their keys, as texts
     */
    public ListenerSecurity(String listener, SecurityProtocol protocol, Map<String, String> settings) {
        this(listener, protocol, settings, Set.of());
    }

    /**
     * @param listener a listener's name
     * @return a listener without TLS and without authentication
     */
    public static ListenerSecurity plaintext(String listener) {
        return new ListenerSecurity(listener, SecurityProtocol.PLAINTEXT, Map.of());
    }

    /**
     * @param listener a listener's name
     * @return what the keys of its own settings begin with
     */
    public static String prefix(String listener) {
        return PREFIX + listener.toLowerCase(Locale.ROOT) + ".";
    }

    /** @return true if its connections are encrypted */
    public boolean usesTls() {
        return protocol == SecurityProtocol.SSL || protocol == SecurityProtocol.SASL_SSL;
    }

    /**
     * @param name a key without prefix
     * @return the key as it is, or would be, written in the server's properties
     */
    public String key(String name) {
        return own.contains(name) ? prefix(listener) + name : name;
    }

    /** @return name and protocol; settings may be secrets, and are left out */
    @Override
    public String toString() {
        return listener + ":" + protocol;
    }
}
