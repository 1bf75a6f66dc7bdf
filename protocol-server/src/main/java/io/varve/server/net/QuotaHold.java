// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Request;
import io.varve.server.api.ThrottleTime;
import io.varve.server.api.table.RequestOutcome;
import io.varve.server.quota.QuotaClient;
import io.varve.server.quota.QuotaThrottle;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Counts the requests of one connection against its client's quotas, and holds the connection back when one
 * is exceeded (KIP-219): the answer is sent at once and tells for how long, and no further request is served
 * meanwhile. Used on the connection's event loop.
 */
final class QuotaHold {
    private final ServerContext server;
    private final QuotaThrottle throttle;
    private final NettyConnection connection;
    private final Runnable whenOver;

    /** Cancels the end of the hold; null while the connection is not held back. */
    private Runnable timer;

    private long untilNanos;

    /**
     * @param server what all connections share
     * @param connection the connection
     * @param whenOver runs when the connection is no longer held back
     */
    QuotaHold(ServerContext server, NettyConnection connection, Runnable whenOver) {
        this.server = server;
        throttle = server.throttle();
        this.connection = connection;
        this.whenOver = whenOver;
    }

    /** @return true while no further request may be served */
    boolean isOn() {
        return timer != null;
    }

    /**
     * Counts a request that has its answer, and lets the answer tell for how long the client is held back.
     *
     * @param slot the request
     * @param outcome its answer
     */
    void count(ResponseSlot slot, RequestOutcome outcome) {
        if (!throttle.isOn() || outcome instanceof RequestOutcome.CloseConnection) {
            return;
        }
        ApiMessage body = body(outcome);
        Request request = slot.request();
        int byHandler = body == null ? 0 : ThrottleTime.of(body);
        int ms = Math.max(byHandler, throttleMs(request, slot.bytes(), body));
        if (ms > 0) {
            if (body != null) {
                ThrottleTime.set(body, ms);
            }
            hold(ms);
        }
    }

    /** @return null if the client gets no answer */
    private static ApiMessage body(RequestOutcome outcome) {
        if (outcome instanceof RequestOutcome.Response response) {
            return response.body();
        }
        return outcome instanceof RequestOutcome.LastResponse response ? response.body() : null;
    }

    private int throttleMs(Request request, int bytes, ApiMessage body) {
        QuotaClient client = request.quotaClient();
        ApiKeys api = request.api();
        int rate = switch (api) {
            case PRODUCE -> throttle.produced(client, bytes);
            case FETCH -> isOld(request) ? throttle.sent(client, size(body, request)) : 0;
            case SHARE_FETCH -> throttle.sent(client, size(body, request));
            default -> 0;
        };
        if (!throttle.countsTime()) {
            return rate;
        }
        // What is exempt counts for no request, nor for the next.
        long nanos = connection.busy().take();
        return isExempt(api, request) ? rate : Math.max(rate, throttle.worked(client, nanos));
    }

    /** A produce request without an answer is measured by its bytes only, as by Kafka. */
    private static boolean isExempt(ApiKeys api, Request request) {
        return switch (api) {
            case WRITE_TXN_MARKERS, SASL_HANDSHAKE, SASL_AUTHENTICATE -> true;
            case PRODUCE -> request.body().data() instanceof ProduceRequestData produce && produce.acks() == 0;
            default -> false;
        };
    }

    private static boolean isOld(Request request) {
        return request.version() < ApiKeys.FETCH.oldestVersion();
    }

    private static int size(ApiMessage body, Request request) {
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        body.addSize(size, new ObjectSerializationCache(), request.body().version());
        return size.totalSize();
    }

    private void hold(int ms) {
        long now = connection.nanos();
        long until = now + ms * 1_000_000L;
        if (timer != null) {
            if (until - untilNanos <= 0) {
                return;
            }
            timer.run();
        }
        server.throttled(until - (timer == null ? now : untilNanos));
        untilNanos = until;
        timer = connection.schedule(ms, () -> {
            timer = null;
            whenOver.run();
        });
    }

    /** Ends the hold: the connection is closed. */
    void drop() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}
