// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleWatchTest {
    private static final long MAX_IDLE_MS = 1_000;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private boolean wasVoid;
    private int events;

    @Test
    void firesWhenNothingWasReadOrWritten() {
        begin();
        pass(MAX_IDLE_MS - 1);
        assertThat(events).isZero();
        pass(2);
        assertThat(events).isOne();
    }

    @Test
    void aFlushCountsAndARead() {
        begin();
        pass(MAX_IDLE_MS - 1);
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]), channel.voidPromise());
        pass(MAX_IDLE_MS - 1);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
        pass(MAX_IDLE_MS - 1);
        assertThat(events).isZero();
        pass(2);
        assertThat(events).isOne();
        channel.releaseOutbound();
        channel.releaseInbound();
    }

    @Test
    void asksForNoNewsOfAWrite() {
        begin();
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]), channel.voidPromise());
        assertThat(wasVoid).isTrue();
        channel.releaseOutbound();
    }

    private void begin() {
        channel.freezeTime();
        channel.pipeline()
                .addLast(new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                        wasVoid = promise.isVoid();
                        ctx.write(message, promise);
                    }
                })
                .addLast(new IdleWatch(MAX_IDLE_MS))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        events += event instanceof IdleStateEvent ? 1 : 0;
                    }
                });
    }

    private void pass(long ms) {
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
