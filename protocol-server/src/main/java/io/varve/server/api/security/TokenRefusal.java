// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.Connection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * Refuses requests about delegation tokens as a Kafka without {@code delegation.token.secret.key}. Stateless.
 */
final class TokenRefusal {
    private TokenRefusal() {}

    /** @return the error of a client on this connection, who may not ask, or has nobody to ask */
    static Errors of(Connection connection) {
        SecurityProtocol protocol = connection.securityProtocol();
        boolean isKnown = protocol != SecurityProtocol.PLAINTEXT
                && !(protocol == SecurityProtocol.SSL && connection.principal().equals(KafkaPrincipal.ANONYMOUS))
                && !connection.principal().tokenAuthenticated();
        return isKnown ? Errors.DELEGATION_TOKEN_AUTH_DISABLED : Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED;
    }

    /** @return what Kafka puts where times of a token would be, in an answer with this error */
    static long timestamp(Errors error) {
        return error == Errors.DELEGATION_TOKEN_AUTH_DISABLED ? 0 : -1;
    }
}
