// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers the library that each connection has named, as long as the connection is open. Thread-safe. */
public final class SoftwareNames {
    private final Map<String, ClientSoftware> byConnection = new ConcurrentHashMap<>();

    /**
     * @param connection id of a connection
     * @param software the library of its client
     * @return true if the connection had named none before: {@link #remove} is due when it is closed
     */
    public boolean put(String connection, ClientSoftware software) {
        return byConnection.put(connection, software) == null;
    }

    /** Forgets a connection. */
    public void remove(String connection) {
        byConnection.remove(connection);
    }

    /** @return the library of a connection's client */
    public ClientSoftware of(String connection) {
        return byConnection.getOrDefault(connection, ClientSoftware.UNKNOWN);
    }
}
