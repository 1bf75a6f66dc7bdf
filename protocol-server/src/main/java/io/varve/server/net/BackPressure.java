// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelHandlerContext;

/**
 * Stops reading from one connection as long as a limit is reached or the peer does not take its responses.
 * Used on its event loop.
 */
final class BackPressure {
    /** So much is read, at most about, beyond a request that waits for its turn. */
    private static final int READ_AHEAD = 16 * 1024;

    private final NetConfig.Requests limits;
    private final ChannelHandlerContext context;
    private final FrameAssembler frames;
    private final ResponseOrder order;
    private final ResponseWriter responses;

    private boolean awaitingBudget;

    BackPressure(
            NetConfig.Requests limits,
            ChannelHandlerContext context,
            FrameAssembler frames,
            ResponseOrder order,
            ResponseWriter responses) {
        this.limits = limits;
        this.context = context;
        this.frames = frames;
        this.order = order;
        this.responses = responses;
    }

    /** @return true if neither the connection's limits nor its peer stand against one more request */
    boolean allowsRequest() {
        return order.size() < limits.maxQueuedPerConnection()
                && order.bytes() < limits.maxQueuedBytesPerConnection()
                && responses.isAllWritten()
                && context.channel().isWritable();
    }

    /**
     * Reads on, or stops reading. What comes while a request waits for its turn is taken in up to a limit, so
     * that a peer that leaves is noticed.
     *
     * @param serving whether further requests are served at all
     * @param requests what has arrived
     * @param client goes on when the common budget has room again
     */
    void update(boolean serving, RequestSequencer requests, ClientConnection client) {
        frames.countArrived();
        RequestBudget.Pool pool = requests.pool();
        boolean read = serving
                && (requests.isWaiting()
                        ? frames.arrivedBytes() < READ_AHEAD
                        : allowsRequest() && (frames.isMidFrame() || !pool.isExhausted()));
        context.channel().config().setAutoRead(read);
        if (serving && !requests.isAway() && !awaitingBudget && pool.isExhausted()) {
            awaitingBudget = true;
            pool.await(() -> context.executor().execute(() -> {
                awaitingBudget = false;
                client.advance();
            }));
        }
    }
}
