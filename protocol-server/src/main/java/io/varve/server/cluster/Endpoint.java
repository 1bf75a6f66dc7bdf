// SPDX-License-Identifier: Apache-2.0
package io.varve.server.cluster;

/**
 * Where one listener is: to bind to, or for clients to connect to.
 *
 * @param listener its name, for example PLAINTEXT
 * @param host name or address; empty for every interface (only where to bind, never where to connect to)
 * @param port 0 to 65535; 0 for any free one (only where to bind)
 */
public record Endpoint(String listener, String host, int port) {
    @Override
    public String toString() {
        return listener + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
