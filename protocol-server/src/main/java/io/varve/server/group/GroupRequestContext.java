// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import java.net.InetAddress;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * Describes the sender of a request to Kafka's coordinator.
 *
 * @param clientId the client id; part of generated member ids
 * @param clientAddress the peer's address; shown when a group is described
 * @param listenerName the listener of the connection
 * @param securityProtocol what the connection speaks
 * @param principal who the peer is
 * @param requestType API key
 * @param requestVersion API version; determines which errors the client understands
 * @param correlationId the correlation id of the request
 */
public record GroupRequestContext(
        String clientId,
        InetAddress clientAddress,
        String listenerName,
        SecurityProtocol securityProtocol,
        KafkaPrincipal principal,
        int requestType,
        int requestVersion,
        int correlationId)
        implements AuthorizableRequestContext {
    /** The server itself. */
    static final GroupRequestContext OWN = new GroupRequestContext(
            "",
            InetAddress.getLoopbackAddress(),
            "",
            SecurityProtocol.PLAINTEXT,
            KafkaPrincipal.ANONYMOUS,
            ApiKeys.LIST_GROUPS.id,
            ApiKeys.LIST_GROUPS.latestVersion(),
            0);
}
