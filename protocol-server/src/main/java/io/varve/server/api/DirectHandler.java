// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Serves an API whose requests are many: it has no future for a request, but for callers that ask for one.
 * Thread-safe.
 */
public interface DirectHandler extends ApiHandler {
    @Override
    void handle(Request request, AnswerListener listener);

    @Override
    default CompletionStage<? extends ApiMessage> handle(Request request) {
        CompletableFuture<ApiMessage> answered = new CompletableFuture<>();
        handle(request, (answer, failure) -> {
            if (failure == null) {
                answered.complete(answer);
            } else {
                answered.completeExceptionally(failure);
            }
        });
        return answered;
    }
}
