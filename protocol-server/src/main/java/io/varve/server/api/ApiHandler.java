// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/** Serves one API of Kafka's, in the versions {@link ApiTable} says. Thread-safe. */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Serves a request. Where the API's {@link ApiPolicy} does not say otherwise it runs on the connection's
     * event loop, so it must not take long: a request that would is given back by a
     * {@link HeavyRequestException} before it has any effect, and comes again on a worker thread, with
     * {@link Request#background} true. The connection serves nothing else until this method has returned.
     *
     * @param request the request; buffers in its body (record bytes) are valid until this method returns, not
     *     until the stage completes
     * @return completes, on any thread, with the response data, or with null when the protocol wants no
     *     response (acks=0). When this method throws, or the stage fails, the client gets the API's own error
     *     response for the exception (Kafka's {@code AbstractRequest.getErrorResponse}), except that
     *     {@link CloseConnectionException} closes the connection without an answer. Record bytes in a
     *     response belong to the network from then on, which releases them also when they cannot be sent
     */
    CompletionStage<? extends ApiMessage> handle(Request request);
}
