// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.HeavyRequestException;
import io.varve.server.security.sasl.SaslAuthentication;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one connection's requests in their order. A request is served when all earlier requests are
 * answered; a produce request is also served while earlier produce requests are under way. A worker thread
 * serves a long request, and the connection serves no other request meanwhile. Used on the event loop.
 */
final class RequestSequencer {
    private static final Logger LOG = LoggerFactory.getLogger(RequestSequencer.class);

    /** Max cost in bytes of a request that is served even if the budget is exhausted. */
    private static final int ALWAYS_SERVED = 64 * 1024;

    /** The limit on a frame is that of its API. */
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final ServerContext server;
    private final NettyConnection connection;
    private final FrameAssembler frames;
    private final ResponseOrder order;
    private final BackPressure backPressure;
    private final ClientConnection client;
    private final WorkerHandOver workers;

    /**
     * The request that waits for its turn or is with a worker thread; null when the next frame has not been
     * read.
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

    /** @return true if the next request may be begun as soon as it has arrived */
    boolean mayServe() {
        return !workers.isWithWorker() && backPressure.allowsRequest();
    }

    /** @return true if unread bytes have arrived, or a request waits for its turn */
    boolean hasUnread() {
        return next != null || frames.hasUnread();
    }

    /** @return true if a request waits for its turn or is with a worker thread */
    boolean isWaiting() {
        return next != null || isHeldBack() && frames.hasUnread();
    }

    /** @return true while a worker thread owns the request and its frame */
    boolean isWithWorker() {
        return workers.isWithWorker();
    }

    /** @return the pool that the next request reserves from */
    RequestBudget.Pool pool() {
        return server.budget().of(next);
    }

    /**
     * @return true if a request has arrived and may be served now
     * @throws FrameException if a frame cannot be received
     * @throws InvalidRequestException if the frame is not a valid request
     */
    boolean hasTurn() {
        if (!mayServe()) {
            return false;
        }
        if (next == null && !hasNext()) {
            return false;
        }
        return order.allows(next) && !waitsForBudget();
    }

    /** @return true if a frame has arrived, which is the next request */
    private boolean hasNext() {
        SaslAuthentication authentication = connection.authentication();
        if (isHeldBack()) {
            return false;
        }
        ByteBuffer frame = frames.next(authentication == null ? NO_LIMIT : limit(authentication));
        if (frame == null) {
            return false;
        }
        next = authentication == null ? NextRequest.of(frame) : NextRequest.of(frame, authentication);
        return true;
    }

    /**
     * @return true while the peer authenticates and has a request under way: what its next frame may be
     *     depends on the answer
     */
    private boolean isHeldBack() {
        SaslAuthentication authentication = connection.authentication();
        return authentication != null && !authentication.isDone() && !order.isEmpty();
    }

    /** @return max bytes of a frame of a peer that nobody knows yet */
    private static int limit(SaslAuthentication authentication) {
        return authentication.isFirst() ? authentication.config().maxReceiveBytes() : NO_LIMIT;
    }

    /**
     * Exempts one small request of each connection from the budget, so that peers with large requests cannot
     * lock out the others.
     */
    private boolean waitsForBudget() {
        return pool().isExhausted() && (next.withRecords() || next.cost() > ALWAYS_SERVED);
    }

    /**
     * Serves the request that {@link #hasTurn has its turn}, or hands it over to a worker thread.
     *
     * @throws InvalidRequestException if the frame is not a valid request
     */
    void serve() {
        ResponseSlot slot = order.begin(next);
        if (next.isParsedByWorker() || next.policy().inBackground(next.extent())) {
            workers.handOver(next, slot);
            return;
        }
        try {
            slot.request(next.parse(connection));
        } catch (InvalidRequestException e) {
            forget(slot);
            throw e;
        }
        handle(slot);
    }

    private void handle(ResponseSlot slot) {
        try {
            dispatch(slot);
            releaseFrame();
        } catch (HeavyRequestException e) {
            LOG.debug("{} goes to a worker thread: {}", connection.id(), e.getMessage());
            slot.request(slot.request().inBackground());
            workers.handOver(next, slot);
        }
    }

    /**
     * Dispatches a request that is parsed, and sends its answer when it is there. On any thread.
     *
     * @throws HeavyRequestException if a worker thread must serve it
     */
    void dispatch(ResponseSlot slot) {
        connection.note(slot.request());
        server.dispatcher().dispatch(slot.request(), outcome -> client.answered(slot, outcome));
    }

    private void releaseFrame() {
        next = null;
        frames.release();
    }

    /**
     * Resumes after a worker thread. A request the worker served gets its answer by itself; a request the
     * worker only parsed is served here.
     */
    void resume(ResponseSlot slot) {
        if (slot.request().background()) {
            releaseFrame();
        } else {
            handle(slot);
        }
    }

    /** Drops a frame that is not a valid request. */
    void forget(ResponseSlot slot) {
        order.forget(slot);
        releaseFrame();
    }
}
