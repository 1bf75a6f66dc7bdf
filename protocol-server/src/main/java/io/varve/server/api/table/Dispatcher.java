// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.core.runtime.Clock;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Request;
import io.varve.server.error.KafkaErrors;
import io.varve.server.logging.LogThrottle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds who serves a request and turns what goes wrong into the API's own error response. Thread-safe. */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final RequestOutcome NO_RESPONSE = new RequestOutcome.NoResponse();
    private static final RequestOutcome CLOSE_CONNECTION = new RequestOutcome.CloseConnection();

    private final HandlerLookup served;
    private final LogThrottle failures;

    /**
     * @param served finds handlers
     * @param clock paces the log
     */
    public Dispatcher(HandlerLookup served, Clock clock) {
        this.served = served;
        failures = new LogThrottle(LOG, clock);
    }

    /**
     * Serves a request on the caller's thread: the connection's event loop, or a worker thread when the
     * request is a background one.
     *
     * @param request as parsed
     * @return completes, on any thread, with the answer; never fails
     * @throws HeavyRequestException if the request has to be served in the background; nothing has happened
     */
    public CompletionStage<RequestOutcome> dispatch(Request request) {
        ApiHandler handler = served.find(request.body().apiKey(), request.body().version());
        if (handler == null) {
            return CompletableFuture.completedFuture(failure(request, unserved(request)));
        }
        try {
            return handler.handle(request)
                    .handle((body, failure) -> failure == null ? answer(body) : failure(request, failure));
        } catch (HeavyRequestException e) {
            if (!request.background()) {
                throw e;
            }
            return CompletableFuture.completedFuture(failure(request, e));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedFuture(failure(request, e));
        }
    }

    /**
     * The answer to a request that failed; unexpected failures are logged.
     *
     * @param request which request; its record bytes may be gone
     * @param failure why
     * @return the API's error response, or a hang-up when it has none
     */
    public RequestOutcome failure(Request request, Throwable failure) {
        Throwable cause = KafkaErrors.unwrap(failure);
        if (cause instanceof CloseConnectionException) {
            LOG.debug("{} loses its connection: {}", name(request), cause.getMessage());
            return CLOSE_CONNECTION;
        }
        ApiException error = KafkaErrors.ofRequest(cause);
        if (KafkaErrors.isUnexpected(cause)) {
            failures.warn(cause, "{} failed", name(request));
        } else {
            LOG.debug("{} refused: {}", name(request), error.toString());
        }
        try {
            AbstractResponse response = request.body().getErrorResponse(0, error);
            return response == null ? CLOSE_CONNECTION : new RequestOutcome.Response(response.data());
        } catch (RuntimeException e) {
            failures.warn(
                    "{} failed and has no error response ({}); closing its connection", name(request), e.toString());
            return CLOSE_CONNECTION;
        }
    }

    private static RequestOutcome answer(ApiMessage body) {
        return body == null ? NO_RESPONSE : new RequestOutcome.Response(body);
    }

    /** Nothing in it is of the client's choosing but numbers, so that no client can write into the log. */
    private static String name(Request request) {
        return request.header().apiKey().name + " v" + request.version() + " from "
                + request.connection().id();
    }

    private static UnsupportedVersionException unserved(Request request) {
        ApiKeys api = request.header().apiKey();
        String why = ApiTable.whyAbsent(api);
        return new UnsupportedVersionException("version " + request.version() + " of API " + api.name + " is not served"
                + (why == null ? "" : ": " + why) + "; ask ApiVersions for what is");
    }
}
