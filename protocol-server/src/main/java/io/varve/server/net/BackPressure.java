// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelHandlerContext;

/**
 * Stops reading from one connection while a limit or a quota is reached or the peer does not read its
 * responses. Used on the connection's event loop.
 */
final class BackPressure {
    /** About how many bytes are read at most behind a request that waits for its turn. */
    private static final int READ_AHEAD = 16 * 1024;

    private final NetConfig.Requests limits;
    private final ChannelHandlerContext context;
    private final FrameAssembler frames;
    private final ResponseOrder order;
    private final ResponseWriter responses;
    private final QuotaHold hold;

    private boolean awaitingBudget;

    BackPressure(
            NetConfig.Requests limits,
            ChannelHandlerContext context,
            FrameAssembler frames,
            ResponseOrder order,
            ResponseWriter responses,
            QuotaHold hold) {
        this.limits = limits;
        this.context = context;
        this.frames = frames;
        this.order = order;
        this.responses = responses;
        this.hold = hold;
    }

    /** @return true if the connection is within its limits and quotas and its peer reads its responses */
    boolean allowsRequest() {
        return !hold.isOn()
                && order.size() < limits.maxQueuedPerConnection()
                && order.bytes() < limits.maxQueuedBytesPerConnection()
                && responses.isAllWritten()
                && context.channel().isWritable();
    }

    /**
     * Resumes or stops reading. While a request waits for its turn or the connection is held back, a limited
     * number of further bytes is still read, so that a disconnect is noticed.
     *
     * @param serving whether further requests are served at all
     * @param requests the requests that have arrived
     * @param client advanced when the shared budget is no longer exhausted
     */
    void update(boolean serving, RequestSequencer requests, ClientConnection client) {
        frames.reserveArrived();
        RequestBudget.Pool pool = requests.pool();
        boolean read = serving
                && (requests.isWaiting() || hold.isOn()
                        ? frames.arrivedBytes() < READ_AHEAD
                        : allowsRequest() && (frames.isMidFrame() || !pool.isExhausted()));
        context.channel().config().setAutoRead(read);
        if (serving && !requests.isWithWorker() && !awaitingBudget && pool.isExhausted()) {
            awaitingBudget = true;
            pool.await(() -> context.executor().execute(() -> {
                awaitingBudget = false;
                client.advance();
            }));
        }
    }
}
