// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.core.runtime.Clock;
import io.varve.server.api.Request;
import io.varve.server.api.SliceRecords;
import io.varve.server.api.table.Dispatcher;
import io.varve.server.api.table.RequestOutcome;
import io.varve.server.http.HttpRefusal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * Makes requests of Kafka's protocol to this server's own handlers, without a socket, in the name of who asks
 * for a part of the page. Used by one thread, for one call of the page.
 */
final class OwnRequests implements AutoCloseable {
    private static final String CLIENT = "varve-page";

    /** Max ms from a call's arrival to its answer, however many requests it makes. */
    static final long LIMIT_MS = 10_000;

    private static final int UNAVAILABLE = 503;
    private static final int FORBIDDEN = 403;

    private final Dispatcher dispatcher;
    private final PageConnection connection;
    private final Clock clock;
    private final long arrivedNanos;
    private int number;

    /**
     * @param dispatcher has the handlers
     * @param connection names who asks; closed with this object
     * @param clock the only source of time
     * @param arrivedNanos when the call arrived, by that clock
     */
    OwnRequests(Dispatcher dispatcher, PageConnection connection, Clock clock, long arrivedNanos) {
        this.dispatcher = dispatcher;
        this.connection = connection;
        this.clock = clock;
        this.arrivedNanos = arrivedNanos;
    }

    /** @return in whose name requests are made */
    KafkaPrincipal principal() {
        return connection.principal();
    }

    /** @return true if the time of the call is over: it makes no further request */
    boolean isLate() {
        return leftMs() <= 0;
    }

    private long leftMs() {
        return LIMIT_MS - TimeUnit.NANOSECONDS.toMillis(clock.nanos() - arrivedNanos);
    }

    /** As {@link #ask(ApiKeys, short, ApiMessage, Class)}, in the newest stable version. */
    <T extends ApiMessage> T ask(ApiKeys api, ApiMessage data, Class<T> type) {
        return ask(api, api.latestVersion(false), data, type);
    }

    /**
     * Makes a request and waits for its answer.
     *
     * @param api the API
     * @param version a version of it that this server has
     * @param data the request
     * @param type the answer's class
     * @return the answer; the caller closes the records in it
     * @throws HttpRefusal if there is none before the time of the call is over
     */
    <T extends ApiMessage> T ask(ApiKeys api, short version, ApiMessage data, Class<T> type) {
        if (isLate()) {
            throw late();
        }
        AbstractRequest body =
                AbstractRequest.parseRequest(api, version, MessageUtil.toByteBufferAccessor(data, version)).request;
        Request request = new Request(new RequestHeader(api, version, CLIENT, number++), body, connection, true);
        CompletableFuture<RequestOutcome> answer = new CompletableFuture<>();
        dispatcher.dispatch(request, answer::complete);
        if (!connection.await(answer, leftMs())) {
            answer.thenAccept(OwnRequests::release);
            throw late();
        }
        if (answer.join() instanceof RequestOutcome.Response response) {
            return type.cast(response.body());
        }
        throw new HttpRefusal(FORBIDDEN, "the server refuses " + api.name);
    }

    private static HttpRefusal late() {
        return new HttpRefusal(UNAVAILABLE, "the server did not answer in time; try again");
    }

    private static void release(RequestOutcome outcome) {
        if (outcome instanceof RequestOutcome.Response response) {
            SliceRecords.closeAll(response.body());
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
