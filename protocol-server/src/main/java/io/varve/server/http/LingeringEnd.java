// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Discards what a peer still sends after its last answer. A socket that is closed with bytes that nobody has
 * read is reset, and the reset can overtake the answer: so the peer is told that no more comes, and has some
 * time to read the answer and to close. Confined to the event loop.
 */
final class LingeringEnd extends ChannelInboundHandlerAdapter {
    private LingeringEnd() {}

    /**
     * Tells the peer that nothing more comes, and discards what comes of it.
     *
     * @param channel a connection whose last answer is written; the caller closes it after some time
     */
    static void begin(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        ChannelFuture told = tls == null ? channel.newSucceededFuture() : tls.closeOutbound();
        told.addListener(closeNotify -> ((DuplexChannel) channel)
                .shutdownOutput()
                .addListener(end -> {
                    if (!end.isSuccess()) {
                        channel.close();
                    } else if (channel.isActive()) {
                        channel.pipeline().addFirst(new LingeringEnd());
                        channel.config().setAutoRead(true);
                    }
                }));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        ReferenceCountUtil.release(bytes);
    }
}
