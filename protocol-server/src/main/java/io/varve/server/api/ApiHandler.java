// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** Serves one API of Kafka's protocol, in the versions that {@code ApiTable} lists. Thread-safe. */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Serves a request. The handler runs on the connection's event loop unless the API's {@code ApiPolicy}
     * asks for a worker thread. On the loop it must not take long: it throws a {@link HeavyRequestException}
     * before a long request has any effect, and gets the request again on a worker thread, with
     * {@link Request#background} true. The connection serves nothing else until this method has returned.
     *
     * @param request the request; buffers in its body (record bytes) are valid until this method returns, not
     *     until the stage completes
     * @return completes, on any thread, with the response data, or with null when the protocol wants no
     *     response (acks=0). When this method throws, or the stage fails, the client gets the API's own error
     *     response for the exception (Kafka's {@code AbstractRequest.getErrorResponse}). A
     *     {@link CloseConnectionException} closes the connection without a response instead. The network owns
     *     the record bytes in a response, and releases them whether or not it can send them
     */
    CompletionStage<? extends ApiMessage> handle(Request request);

    /**
     * Serves a request as {@link #handle(Request)} does, and throws what that throws.
     *
     * @param request the request
     * @param listener gets what the stage completes with, perhaps before this method returns; nothing when
     *     this method throws
     */
    default void handle(Request request, AnswerListener listener) {
        listener.await(handle(request));
    }
}
