// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * Says who sent a request, as Kafka's coordinator takes it.
 *
 * @param clientId the client's name for itself; part of generated member ids
 * @param clientAddress the peer's address; shown when a group is described
 * @param listenerName the listener it came in by
 * @param requestType API key
 * @param requestVersion API version: decides which errors the client understands
 * @param correlationId the request's number on its connection
 */
public record GroupRequestContext(
        String clientId,
        InetAddress clientAddress,
        String listenerName,
        int requestType,
        int requestVersion,
        int correlationId)
        implements AuthorizableRequestContext {
    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }
}
