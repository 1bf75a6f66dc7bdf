// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.parse.RequestParser;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands one connection's request to a worker thread, and brings it back to the event loop. A connection hands
 * over one request at a time: until it is back, its frame stays with the worker thread. Used on the event
 * loop where nothing else is said.
 */
final class WorkerHandOver {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerHandOver.class);

    private final ServerContext server;
    private final NettyConnection connection;
    private final FrameAssembler frames;
    private final RequestSequencer requests;
    private final ClientConnection client;
    private final WorkerPool.Flow flow = new WorkerPool.Flow();

    private boolean away;

    WorkerHandOver(
            ServerContext server,
            NettyConnection connection,
            FrameAssembler frames,
            RequestSequencer requests,
            ClientConnection client) {
        this.server = server;
        this.connection = connection;
        this.frames = frames;
        this.requests = requests;
        this.client = client;
    }

    /** @return true while a worker thread has the frame */
    boolean isAway() {
        return away;
    }

    /**
     * Has a worker thread do what is left to do: parse the request unless it is parsed, and serve it if it is
     * a background one.
     *
     * @param next the frame
     * @param slot the request's
     */
    void handOver(NextRequest next, ResponseSlot slot) {
        away = true;
        server.workers().execute(flow, () -> {
            RuntimeException refusal = null;
            try {
                if (slot.request() == null) {
                    slot.request(parse(next, slot));
                }
                if (slot.request().background()) {
                    requests.awaitAnswer(slot, server.dispatcher().dispatch(slot.request()));
                }
            } catch (InvalidRequestException e) {
                refusal = e;
            } finally {
                bringBack(slot, refusal);
            }
        });
    }

    /** On a worker thread. */
    private Request parse(NextRequest next, ResponseSlot slot) {
        RequestExtent extent = next.extent() == null ? RequestParser.inspect(next.frame()) : next.extent();
        slot.correctCost(next.cost(extent));
        Request parsed = RequestParser.parse(next.frame(), connection);
        return next.policy().inBackground(extent) ? parsed.inBackground() : parsed;
    }

    /** On a worker thread, which is done with the frame. */
    private void bringBack(ResponseSlot slot, RuntimeException refusal) {
        try {
            connection.executor().execute(() -> {
                away = false;
                client.takeBack(slot, refusal);
            });
        } catch (RejectedExecutionException e) {
            // The event loop has ended, so nobody else is at the frames.
            LOG.debug("{} was served after the server stopped", connection.id());
            frames.close();
        }
    }
}
