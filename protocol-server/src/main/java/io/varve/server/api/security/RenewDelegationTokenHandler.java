// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Renews no delegation token: there is no key to make one with. */
public final class RenewDelegationTokenHandler implements ApiHandler {
    @Override
    public CompletionStage<RenewDelegationTokenResponseData> handle(Request request) {
        Errors error = TokenRefusal.of(request.connection());
        return CompletableFuture.completedFuture(new RenewDelegationTokenResponseData()
                .setErrorCode(error.code())
                .setExpiryTimestampMs(TokenRefusal.timestamp(error)));
    }
}
