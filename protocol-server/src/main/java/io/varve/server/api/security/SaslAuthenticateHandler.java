// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Connection;
import io.varve.server.api.FailedPeer;
import io.varve.server.api.Request;
import io.varve.server.security.sasl.SaslAuthentication;
import io.varve.server.security.sasl.SaslReply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SaslAuthenticateRequest;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.KafkaPrincipalBuilder;
import org.apache.kafka.common.security.auth.SaslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/** Takes the tokens of a client that authenticates. */
public final class SaslAuthenticateHandler implements ApiHandler {
    private final KafkaPrincipalBuilder principals = new DefaultKafkaPrincipalBuilder(null, null);

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        Connection connection = request.connection();
        SaslAuthentication authentication = connection.authentication();
        if (authentication == null) {
            return CompletableFuture.completedFuture(new SaslAuthenticateResponseData()
                    .setErrorCode(Errors.ILLEGAL_SASL_STATE.code())
                    .setErrorMessage(SaslAuthentication.ALREADY_DONE));
        }
        byte[] token = ((SaslAuthenticateRequest) request.body()).data().authBytes();
        SaslReply reply = authentication.authenticate(token.clone(), new ConnectedPeer(connection));
        return reply.isLast()
                ? FailedPeer.dismiss(connection, reply.answer())
                : CompletableFuture.completedFuture(reply.answer());
    }

    private final class ConnectedPeer implements SaslAuthentication.Peer {
        private final Connection connection;

        private ConnectedPeer(Connection connection) {
            this.connection = connection;
        }

        @Override
        public KafkaPrincipal principal(SaslServer server) {
            return principals.build(new SaslAuthenticationContext(
                    server,
                    connection.securityProtocol(),
                    connection.clientAddress(),
                    connection.listenerName(),
                    Optional.empty()));
        }

        @Override
        public void authenticated(KafkaPrincipal principal) {
            connection.authenticated(principal);
        }
    }
}
