// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import io.varve.core.VarveException;

/**
 * Reports settings, keys or certificates with which a listener cannot speak TLS. The message is one line for
 * the operator, and names the listener, the key and what is wrong; never a secret.
 */
public final class TlsConfigException extends VarveException {
    private static final long serialVersionUID = 1L;

    private TlsConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * @param listener the listener
     * @param key the key that is wrong, without prefix
     * @param what completes "listener L: KEY "
     * @param cause the cause, or null
     */
    static TlsConfigException of(ListenerSecurity listener, String key, String what, Throwable cause) {
        String line = what.replaceAll("\\s*\\R\\s*", " "); // others' messages have several
        return new TlsConfigException("listener " + listener.listener() + ": " + listener.key(key) + " " + line, cause);
    }
}
