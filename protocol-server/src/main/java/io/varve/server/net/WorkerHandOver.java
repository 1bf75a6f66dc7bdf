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
 * Hands one connection's request to a worker thread, and returns it to the event loop. A connection hands
 * over one request at a time. Until the request returns, the worker thread owns its frame. Used on the event
 * loop unless a method says otherwise.
 */
final class WorkerHandOver {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerHandOver.class);

    private final ServerContext server;
    private final NettyConnection connection;
    private final FrameAssembler frames;
    private final RequestSequencer requests;
    private final ClientConnection client;

    private boolean withWorker;

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

    /** @return true while a worker thread owns the frame */
    boolean isWithWorker() {
        return withWorker;
    }

    /**
     * Has a worker thread parse the request, unless it is parsed, and serve it if it is a background request.
     *
     * @param next the request and its frame
     * @param slot the slot of the request
     */
    void handOver(NextRequest next, ResponseSlot slot) {
        withWorker = true;
        connection.background(() -> serve(next, slot), () -> onLoop(client::abandonAfterWorker));
    }

    /** On a worker thread. */
    private void serve(NextRequest next, ResponseSlot slot) {
        RuntimeException refusal = null;
        try {
            if (slot.request() == null) {
                slot.request(parse(next, slot));
            }
            if (slot.request().background()) {
                requests.dispatch(slot);
            }
        } catch (InvalidRequestException e) {
            refusal = e;
        } finally {
            RuntimeException why = refusal;
            onLoop(() -> client.resumeAfterWorker(slot, why));
        }
    }

    /** On a worker thread. */
    private Request parse(NextRequest next, ResponseSlot slot) {
        RequestExtent extent = next.extent() == null ? RequestParser.inspect(next.frame()) : next.extent();
        slot.correctCost(next.cost(extent));
        Request parsed = next.parse(connection);
        return next.policy().inBackground(extent) ? parsed.inBackground() : parsed;
    }

    /** Returns the frame to the event loop, for its next use there. On any thread. */
    private void onLoop(Runnable use) {
        try {
            connection.executor().execute(() -> {
                withWorker = false;
                use.run();
            });
        } catch (RejectedExecutionException e) {
            // The event loop has ended, so no other thread uses the frames.
            LOG.debug("{} was served after the server stopped", connection.id());
            frames.close();
        }
    }
}
