// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/**
 * Notices that a connection was idle: nothing was read, and nothing written or sent. Netty's own class asks
 * to be told of the end of each write, which costs three objects and a call for every answer. Here a flush
 * counts, and that the socket takes bytes is seen by what is left to send. For one connection.
 */
final class IdleWatch extends IdleStateHandler {
    /** @param maxIdleMs ms until an {@link io.netty.handler.timeout.IdleStateEvent} is fired, 0 for never */
    IdleWatch(long maxIdleMs) {
        super(true, 0, 0, maxIdleMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ctx.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        resetWriteTimeout();
        ctx.flush();
    }
}
