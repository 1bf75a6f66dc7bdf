// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * One request from the wire, parsed.
 *
 * @param header API, version, correlation id, client id
 * @param body the parsed body, of the class the API key implies
 * @param connection who asks
 * @param background true when it is handled on a worker thread, which may take long and wait for disks; false
 *     on the connection's event loop, which may not
 */
public record Request(RequestHeader header, AbstractRequest body, Connection connection, boolean background) {
    /**
     * A request for the event loop.
     *
     * @param header API, version, correlation id, client id
     * @param body the parsed body
     * @param connection who asks
     */
    public Request(RequestHeader header, AbstractRequest body, Connection connection) {
        this(header, body, connection, false);
    }

    /** @return the API version the client speaks */
    public short version() {
        return header.apiVersion();
    }

    /** @return the same request, for a worker thread */
    public Request inBackground() {
        return new Request(header, body, connection, true);
    }
}
