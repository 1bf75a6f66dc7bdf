// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.core.runtime.Clock;
import io.varve.server.api.AnswerListener;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.FailedPeer;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.api.era.OldRequest;
import io.varve.server.error.KafkaErrors;
import io.varve.server.logging.LogThrottle;
import io.varve.server.security.sasl.SaslAuthentication;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dispatches each request to its handler, and turns failures into the API's own error response. Thread-safe.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final RequestOutcome NO_RESPONSE = new RequestOutcome.NoResponse();
    private static final RequestOutcome CLOSE_CONNECTION = new RequestOutcome.CloseConnection();

    private final HandlerLookup served;
    private final LogThrottle failures;

    /**
     * @param served the handlers
     * @param clock limits how often failures are logged
     */
    public Dispatcher(HandlerLookup served, Clock clock) {
        this.served = served;
        failures = new LogThrottle(LOG, clock);
    }

    /**
     * Serves a request on the caller's thread: the connection's event loop, or a worker thread for a
     * {@link Request#background} request.
     *
     * @param request the parsed request
     * @param outcome gets the outcome, once, on any thread, perhaps before this method returns; throws
     *     nothing
     * @throws HeavyRequestException if a worker thread must serve the request, which has had no effect yet
     */
    public void dispatch(Request request, Consumer<RequestOutcome> outcome) {
        AnswerListener listener =
                (body, failure) -> outcome.accept(failure == null ? answer(body) : failure(request, failure));
        SaslAuthentication authentication = request.connection().authentication();
        if (authentication != null && authentication.isOutOfPlace(request.api())) {
            listener.await(refuse(request, authentication));
            return;
        }
        ApiHandler handler = served.find(request.api(), request.body().version());
        if (handler == null) {
            listener.answered(null, unserved(request));
            return;
        }
        try {
            handler.handle(request, listener);
        } catch (HeavyRequestException e) {
            if (!request.background()) {
                throw e;
            }
            listener.answered(null, e);
        } catch (RuntimeException | Error e) {
            listener.answered(null, e);
        }
    }

    /** Answers a request that comes where a token of SASL must come, and closes the connection. */
    private CompletionStage<ApiMessage> refuse(Request request, SaslAuthentication authentication) {
        String api = request.api().name();
        authentication.fail("it sent " + api + " instead of a token");
        RequestOutcome refused = failure(
                request,
                new IllegalSaslStateException(
                        "Unexpected Kafka request of type " + api + " during SASL authentication."));
        return FailedPeer.dismiss(
                request.connection(), refused instanceof RequestOutcome.Response answer ? answer.body() : null);
    }

    /**
     * Turns a failure into the outcome of its request, and logs it when it is unexpected.
     *
     * @param request the request; its record bytes may be invalid by now
     * @param failure the failure, wrapped or not
     * @return the API's error response, or the end of the connection when the API has none
     */
    public RequestOutcome failure(Request request, Throwable failure) {
        Throwable cause = KafkaErrors.unwrap(failure);
        if (cause instanceof CloseConnectionException close) {
            LOG.debug("{} loses its connection: {}", name(request), cause.getMessage());
            return close.answer() == null ? CLOSE_CONNECTION : new RequestOutcome.LastResponse(close.answer());
        }
        ApiException error = KafkaErrors.ofRequest(cause);
        if (KafkaErrors.isUnexpected(cause)) {
            failures.warn(cause, "{} failed", name(request));
        } else {
            LOG.debug("{} refused: {}", name(request), error.toString());
        }
        try {
            AbstractResponse response = request.body().getErrorResponse(0, error);
            return response == null
                    ? CLOSE_CONNECTION
                    : new RequestOutcome.Response(OldRequest.answer(request.body(), response.data()));
        } catch (RuntimeException e) {
            failures.warn(
                    "{} failed and has no error response ({}); closing its connection", name(request), e.toString());
            return CLOSE_CONNECTION;
        }
    }

    private static RequestOutcome answer(ApiMessage body) {
        return body == null ? NO_RESPONSE : new RequestOutcome.Response(body);
    }

    /**
     * Names a request in the log. Only numbers in the name come from the client: it cannot forge log lines.
     */
    private static String name(Request request) {
        return request.api().name + " v" + request.version() + " from "
                + request.connection().id();
    }

    private static UnsupportedVersionException unserved(Request request) {
        ApiKeys api = request.api();
        String why = ApiTable.whyAbsent(api);
        return new UnsupportedVersionException("version " + request.version() + " of API " + api.name + " is not served"
                + (why == null ? "" : ": " + why) + "; ask ApiVersions for what is");
    }
}
