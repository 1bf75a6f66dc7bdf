// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.security;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Expires no delegation token: Kafka refuses it on connections that are not authenticated. */
public final class ExpireDelegationTokenHandler implements ApiHandler {
    @Override
    public CompletionStage<ExpireDelegationTokenResponseData> handle(Request request) {
        return CompletableFuture.completedFuture(new ExpireDelegationTokenResponseData()
                .setErrorCode(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code())
                .setExpiryTimestampMs(-1));
    }
}
