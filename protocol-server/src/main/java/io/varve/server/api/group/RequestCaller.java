// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.Request;
import io.varve.server.group.GroupRequestContext;
import org.apache.kafka.common.requests.RequestHeader;

/** Tells the coordinator who sent a request. */
public final class RequestCaller {
    /** In characters. Clients choose their names, and groups remember them with each member. */
    private static final int MAX_NAME_LENGTH = 255;

    private RequestCaller() {}

    /**
     * @param request any request
     * @return who sent it
     */
    public static GroupRequestContext of(Request request) {
        RequestHeader header = request.header();
        return new GroupRequestContext(
                name(header.clientId()),
                request.connection().clientAddress(),
                request.connection().listenerName(),
                header.apiKey().id,
                header.apiVersion(),
                header.correlationId());
    }

    private static String name(String clientId) {
        return clientId == null || clientId.length() <= MAX_NAME_LENGTH
                ? clientId
                : clientId.substring(0, MAX_NAME_LENGTH);
    }
}
