// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import java.util.Map;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * How one listener is secured. Immutable.
 *
 * @param listener the listener's name, in upper case
 * @param protocol what its clients speak ({@code listener.security.protocol.map})
 * @param settings all settings of the server by their keys, as texts, those of
 *     {@code listener.name.<lower-case name>.} without that prefix and over the others. May hold secrets
 */
public record ListenerSecurity(String listener, SecurityProtocol protocol, Map<String, String> settings) {
    /** Copies the settings. */
    public ListenerSecurity {
        settings = Map.copyOf(settings);
    }

    /**
     * @param listener a listener's name
     * @return a listener without TLS and without authentication
     */
    public static ListenerSecurity plaintext(String listener) {
        return new ListenerSecurity(listener, SecurityProtocol.PLAINTEXT, Map.of());
    }

    /** @return name and protocol; settings may be secrets, and are left out */
    @Override
    public String toString() {
        return listener + ":" + protocol;
    }
}
