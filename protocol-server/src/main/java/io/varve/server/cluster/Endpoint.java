// SPDX-License-Identifier: Apache-2.0
package io.varve.server.cluster;

/**
 * Address of one listener, to bind to or for clients to connect to.
 *
 * @param listener its name, for example PLAINTEXT
 * @param host name or address; empty for every interface (only to bind to)
 * @param port 0 to 65535; 0 for any free port (only to bind to)
 */
public record Endpoint(String listener, String host, int port) {
    /** @return {@code host:port}, as clients' {@code bootstrap.servers} has it */
    public String address() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return listener + "://" + address();
    }
}
