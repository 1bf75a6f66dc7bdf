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
 */
public record Request(RequestHeader header, AbstractRequest body, Connection connection) {
    /** @return the API version the client speaks */
    public short version() {
        return header.apiVersion();
    }
}
