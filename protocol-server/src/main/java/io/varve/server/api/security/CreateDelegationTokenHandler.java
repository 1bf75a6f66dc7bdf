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

/** Creates no delegation token: there is no key to make one with. */
public final class CreateDelegationTokenHandler implements ApiHandler {
    @Override
    public CompletionStage<CreateDelegationTokenResponseData> handle(Request request) {
        CreateDelegationTokenRequestData asked = ((CreateDelegationTokenRequest) request.body()).data();
        String owner = asked.ownerPrincipalName();
        KafkaPrincipal requester = request.connection().principal();
        KafkaPrincipal of =
                owner == null || owner.isEmpty() ? requester : new KafkaPrincipal(asked.ownerPrincipalType(), owner);
        Errors error = TokenRefusal.of(request.connection());
        long never = TokenRefusal.timestamp(error);
        return CompletableFuture.completedFuture(
                CreateDelegationTokenResponse.prepareResponse(request.version(), 0, error, of, requester)
                        .data()
                        .setIssueTimestampMs(never)
                        .setExpiryTimestampMs(never)
                        .setMaxTimestampMs(never));
    }
}
