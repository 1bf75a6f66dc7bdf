// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import io.varve.server.api.Request;
import java.net.InetAddress;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * Describes the sender of a request to an authorizer.
 *
 * @param request the request
 */
public record Caller(Request request) implements AuthorizableRequestContext {
    @Override
    public String listenerName() {
        return request.connection().listenerName();
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return request.connection().securityProtocol();
    }

    @Override
    public KafkaPrincipal principal() {
        return request.connection().principal();
    }

    @Override
    public InetAddress clientAddress() {
        return request.connection().clientAddress();
    }

    @Override
    public int requestType() {
        return request.header().data().requestApiKey();
    }

    @Override
    public int requestVersion() {
        return request.version();
    }

    @Override
    public String clientId() {
        return request.header().clientId();
    }

    @Override
    public int correlationId() {
        return request.header().correlationId();
    }
}
