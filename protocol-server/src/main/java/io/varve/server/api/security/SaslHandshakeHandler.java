// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.FailedPeer;
import io.varve.server.api.Request;
import io.varve.server.security.sasl.SaslAuthentication;
import io.varve.server.security.sasl.SaslReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SaslHandshakeRequest;

/** Agrees with a client on the mechanism by which it authenticates, for the first time or again. */
public final class SaslHandshakeHandler implements ApiHandler {
    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        SaslAuthentication authentication = request.connection().authentication();
        if (authentication == null) {
            return CompletableFuture.completedFuture(
                    new SaslHandshakeResponseData().setErrorCode(Errors.ILLEGAL_SASL_STATE.code()));
        }
        String mechanism = ((SaslHandshakeRequest) request.body()).data().mechanism();
        SaslReply reply = authentication.handshake(mechanism, request.version());
        return reply.isLast()
                ? FailedPeer.dismiss(request.connection(), reply.answer())
                : CompletableFuture.completedFuture(reply.answer());
    }
}
