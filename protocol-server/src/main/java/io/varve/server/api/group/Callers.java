// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.Request;
import io.varve.server.group.Caller;
import org.apache.kafka.common.requests.RequestHeader;

/** Tells the coordinator who sent a request. */
public final class Callers {
    private Callers() {}

    /**
     * @param request any request
     * @return who sent it
     */
    public static Caller of(Request request) {
        RequestHeader header = request.header();
        return new Caller(
                header.clientId(),
                request.connection().clientAddress(),
                request.connection().listenerName(),
                header.apiKey().id,
                header.apiVersion(),
                header.correlationId());
    }
}
