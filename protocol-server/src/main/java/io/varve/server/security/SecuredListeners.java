// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds how each listener of the server is secured, with the keys that are loaded. Thread-safe. */
public final class SecuredListeners {
    private final Map<String, ListenerSecurity> security = new HashMap<>();
    private final Map<String, TlsListener> tls = new HashMap<>();

    private SecuredListeners() {}

    /**
     * Loads the key stores of the listeners that have TLS.
     *
     * @param listeners all listeners
     * @param clock the machine's: certificates are valid by it
     * @return the listeners
     * @throws TlsConfigException if clients of a listener could not connect with its settings and files
     */
    public static SecuredListeners open(Collection<ListenerSecurity> listeners, Clock clock) {
        SecuredListeners opened = new SecuredListeners();
        for (ListenerSecurity listener : listeners) {
            opened.security.put(listener.listener(), listener);
            if (listener.usesTls()) {
                opened.tls.put(listener.listener(), TlsListener.open(listener, clock));
            }
        }
        return opened;
    }

    /**
     * Loads key stores again when their files change; new connections get what is in them.
     *
     * @param scheduler looks at the files until it is closed
     */
    public void watch(Scheduler scheduler) {
        tls.values().forEach(listener -> listener.watch(scheduler));
    }

    /** @return listeners that are all plaintext, whatever their names */
    public static SecuredListeners plaintext() {
        return open(List.of(), Clock.system());
    }

    /**
     * @param listener a listener's name
     * @return how it is secured; plaintext for one that was not named
     */
    public ListenerSecurity of(String listener) {
        return security.getOrDefault(listener, ListenerSecurity.plaintext(listener));
    }

    /** @return the listeners that have TLS, by their names */
    public Map<String, TlsListener> tls() {
        return Collections.unmodifiableMap(tls);
    }

    /**
     * @param listener a listener's name
     * @return its TLS, or nothing where it has none
     */
    public Optional<TlsListener> tls(String listener) {
        return Optional.ofNullable(tls.get(listener));
    }
}
