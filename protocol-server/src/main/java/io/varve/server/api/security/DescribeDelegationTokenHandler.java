// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeDelegationTokenResponseData;

/** Describes no delegation tokens: there is no key to make one with. */
public final class DescribeDelegationTokenHandler implements ApiHandler {
    @Override
    public CompletionStage<DescribeDelegationTokenResponseData> handle(Request request) {
        return CompletableFuture.completedFuture(new DescribeDelegationTokenResponseData()
                .setErrorCode(TokenRefusal.of(request.connection()).code()));
    }
}
