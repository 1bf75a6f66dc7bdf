// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.Request;
import io.varve.server.group.GroupRequestContext;
import org.apache.kafka.common.requests.RequestHeader;

/** Describes the sender of a request to the group coordinator. Stateless. */
public final class RequestCaller {
    /** Max characters of a client id that a group stores with a member; clients choose their ids. */
    private static final int MAX_CLIENT_ID_LENGTH = 255;

    private RequestCaller() {}

    /**
     * @param request any request
     * @return the sender, with the API and the version of the request
     */
    public static GroupRequestContext of(Request request) {
        RequestHeader header = request.header();
        return new GroupRequestContext(
                truncate(header.clientId()),
                request.connection().clientAddress(),
                request.connection().listenerName(),
                request.connection().securityProtocol(),
                request.connection().principal(),
                header.apiKey().id,
                header.apiVersion(),
                header.correlationId());
    }

    private static String truncate(String clientId) {
        return clientId == null || clientId.length() <= MAX_CLIENT_ID_LENGTH
                ? clientId
                : clientId.substring(0, MAX_CLIENT_ID_LENGTH);
    }
}
