// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Describes no delegation tokens: Kafka refuses it on connections that are not authenticated. */
public final class DescribeDelegationTokenHandler implements ApiHandler {
    @Override
    public CompletionStage<DescribeDelegationTokenResponseData> handle(Request request) {
        return CompletableFuture.completedFuture(new DescribeDelegationTokenResponseData()
                .setErrorCode(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code()));
    }
}
