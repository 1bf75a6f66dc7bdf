// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.parse.RequestParser;
import io.varve.server.api.table.RequestOutcome;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one connection's requests in their order. A request is served when what came before it is answered;
 * produce requests also while others of them are under way. What takes long is done by a worker thread, and
 * nothing else of the connection is served meanwhile. Used on the event loop.
 */
final class RequestSequencer {
    private static final Logger LOG = LoggerFactory.getLogger(RequestSequencer.class);

    /** Cost in bytes of a request that is served though others have used up the budget. */
    private static final int ALWAYS_SERVED = 64 * 1024;

    private final ServerContext server;
    private final NettyConnection connection;
    private final FrameAssembler frames;
    private final ResponseOrder order;
    private final BackPressure backPressure;
    private final ClientConnection client;
    private final WorkerHandOver workers;

    /**
     * What has arrived and waits for its turn, or is with a worker thread; null when the next frame is still
     * to be asked for.
     */
    private NextRequest next;

    RequestSequencer(
            ServerContext server,
            NettyConnection connection,
            FrameAssembler frames,
            ResponseOrder order,
            BackPressure backPressure,
            ClientConnection client) {
        this.server = server;
        this.connection = connection;
        this.frames = frames;
        this.order = order;
        this.backPressure = backPressure;
        this.client = client;
        workers = new WorkerHandOver(server, connection, frames, this, client);
    }

    /** @return true if a request may be begun, should one have arrived */
    boolean mayServe() {
        return !workers.isAway() && backPressure.allowsRequest();
    }

    /** @return true if bytes are here that were not looked at, or a request waits for its turn */
    boolean hasArrived() {
        return next != null || frames.hasArrived();
    }

    /**
     * @return true if a request has arrived and is not done with: it waits for its turn, or is with a worker
     *     thread
     */
    boolean isWaiting() {
        return next != null;
    }

    /** @return true while a worker thread has the request, and its frame */
    boolean isAway() {
        return workers.isAway();
    }

    /** @return the part of the budget the next request takes from */
    RequestBudget.Pool pool() {
        return server.budget().of(next);
    }

    /**
     * @return true when there is a request and it may be served now
     * @throws FrameException if a frame cannot be taken in
     * @throws InvalidRequestException if what has arrived is no request
     */
    boolean hasTurn() {
        if (!mayServe()) {
            return false;
        }
        if (next == null) {
            ByteBuffer frame = frames.next();
            if (frame == null) {
                return false;
            }
            next = NextRequest.of(frame);
        }
        return order.allows(next) && !waitsForBudget();
    }

    /**
     * A connection's one small request is let through in any case, so that nobody is kept out by those who
     * ask for much.
     */
    private boolean waitsForBudget() {
        return pool().isExhausted() && (next.withRecords() || next.cost() > ALWAYS_SERVED);
    }

    /**
     * Serves the request that {@link #hasTurn has its turn}, or hands it over.
     *
     * @throws InvalidRequestException if it is no request
     */
    void serve() {
        ResponseSlot slot = order.begin(next);
        if (next.isParsedAway() || next.policy().inBackground(next.extent())) {
            workers.handOver(next, slot);
            return;
        }
        try {
            slot.request(RequestParser.parse(next.frame(), connection));
        } catch (InvalidRequestException e) {
            forget(slot);
            throw e;
        }
        handle(slot);
    }

    private void handle(ResponseSlot slot) {
        try {
            awaitAnswer(slot, server.dispatcher().dispatch(slot.request()));
            releaseFrame();
        } catch (HeavyRequestException e) {
            LOG.debug("{} goes to a worker thread: {}", connection.id(), e.getMessage());
            slot.request(slot.request().inBackground());
            workers.handOver(next, slot);
        }
    }

    /** Has the answer sent when it is there. On any thread. */
    void awaitAnswer(ResponseSlot slot, CompletionStage<RequestOutcome> stage) {
        stage.whenComplete((answer, never) -> client.answered(slot, answer));
    }

    private void releaseFrame() {
        next = null;
        frames.release();
    }

    /**
     * Goes on with what a worker thread had: answers come by themselves to what it has served, what it only
     * parsed is served here.
     */
    void goOn(ResponseSlot slot) {
        if (slot.request().background()) {
            releaseFrame();
        } else {
            handle(slot);
        }
    }

    /** Takes back what turned out to be no request. */
    void forget(ResponseSlot slot) {
        order.forget(slot);
        releaseFrame();
    }
}
