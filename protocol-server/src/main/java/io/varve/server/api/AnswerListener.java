// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiMessage;

/** Gets the answer of one request, once, on any thread. Throws nothing. */
@FunctionalInterface
public interface AnswerListener {
    /**
     * Gets the answer.
     *
     * @param answer the response data; null when the protocol wants no response, and when there is a failure
     * @param failure why there is no answer, perhaps wrapped in another exception; else null
     */
    void answered(ApiMessage answer, Throwable failure);

    /**
     * Gets the answer of a stage. One that is complete costs no further stage.
     *
     * @param stage completes with the answer
     */
    default void await(CompletionStage<? extends ApiMessage> stage) {
        CompletableFuture<? extends ApiMessage> future = stage.toCompletableFuture();
        if (future.isDone() && !future.isCompletedExceptionally()) {
            answered(future.join(), null);
        } else {
            future.whenComplete(this::answered);
        }
    }

    /**
     * Goes on when a stage has completed. Its failure is the answer, and so is what the rest throws.
     *
     * @param stage completes on any thread
     * @param rest gets its result, and sees to the answer unless it throws
     * @param <T> type of the result
     */
    default <T> void after(CompletionStage<T> stage, Consumer<? super T> rest) {
        stage.thenAccept(rest).exceptionally(failure -> {
            answered(null, failure);
            return null;
        });
    }
}
