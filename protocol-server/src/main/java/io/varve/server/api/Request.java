// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.server.quota.QuotaClient;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A parsed request.
 *
 * @param header API, version, correlation id, client id
 * @param body the parsed body, of the class that belongs to the API key
 * @param connection the connection that the request came over
 * @param background true on a worker thread, where a handler may take long and wait for disks; false on the
 *     connection's event loop, where it must not
 */
public record Request(RequestHeader header, AbstractRequest body, Connection connection, boolean background) {
    /**
     * Makes a request for the event loop.
     *
     * @param header API, version, correlation id, client id
     * @param body the parsed body
     * @param connection the connection that the request came over
     */
    public Request(RequestHeader header, AbstractRequest body, Connection connection) {
        this(header, body, connection, false);
    }

    /** @return the API */
    public ApiKeys api() {
        return body.apiKey();
    }

    /** @return the version of the API in the request's header */
    public short version() {
        return header.apiVersion();
    }

    /** @return who sent it, as quotas see it */
    public QuotaClient quotaClient() {
        return QuotaClient.of(connection.principal(), header.clientId());
    }

    /** @return a copy of the request for a worker thread */
    public Request inBackground() {
        return new Request(header, body, connection, true);
    }
}
