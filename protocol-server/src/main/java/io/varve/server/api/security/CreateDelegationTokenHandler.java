// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateDelegationTokenRequest;
import org.apache.kafka.common.requests.CreateDelegationTokenResponse;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/** Creates no delegation token: Kafka refuses it on connections that are not authenticated. */
public final class CreateDelegationTokenHandler implements ApiHandler {
    @Override
    public CompletionStage<CreateDelegationTokenResponseData> handle(Request request) {
        CreateDelegationTokenRequestData asked = ((CreateDelegationTokenRequest) request.body()).data();
        String owner = asked.ownerPrincipalName();
        return CompletableFuture.completedFuture(CreateDelegationTokenResponse.prepareResponse(
                        request.version(),
                        0,
                        Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
                        owner == null || owner.isEmpty()
                                ? KafkaPrincipal.ANONYMOUS
                                : new KafkaPrincipal(asked.ownerPrincipalType(), owner),
                        KafkaPrincipal.ANONYMOUS)
                .data());
    }
}
