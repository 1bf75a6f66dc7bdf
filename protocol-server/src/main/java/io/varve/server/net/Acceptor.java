// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.varve.server.logging.LogThrottle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Accepts new connections within the limits, and pauses accepting while the limit is reached. */
@ChannelHandler.Sharable
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final long PAUSE_MS = 500;

    private final NetConfig.Connections limits;
    private final ConnectionQuota quota;
    private final Runnable stopAccepting;
    private final LogThrottle refused;
    private final LogThrottle failed;

    /** @param stopAccepting called when the quota is full; accepting resumes when a connection closes */
    Acceptor(
            NetConfig.Connections limits,
            ConnectionQuota quota,
            Runnable stopAccepting,
            LogThrottle refused,
            LogThrottle failed) {
        this.limits = limits;
        this.quota = quota;
        this.stopAccepting = stopAccepting;
        this.refused = refused;
        this.failed = failed;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel peer = (Channel) message;
        if (!(peer.remoteAddress() instanceof InetSocketAddress remote)) {
            // The peer has already disconnected.
            peer.unsafe().closeForcibly();
            return;
        }
        InetAddress address = remote.getAddress();
        if (!quota.reserve(address)) {
            refused.warn(
                    "refused a connection from {}, which has {} (max.connections.per.ip)",
                    address.getHostAddress(),
                    limits.maxPerIp());
            peer.unsafe().closeForcibly();
            return;
        }
        peer.closeFuture().addListener(closed -> quota.release(address));
        if (quota.isFull()) {
            stopAccepting.run();
            refused.warn("no further connections until one of {} closes (max.connections)", limits.max());
        }
        context.fireChannelRead(peer);
    }

    /**
     * Pauses accepting after a failure. The likely cause is that no file descriptors are left; retrying at
     * once would spin and fill the log.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed.warn("cannot accept connections on {}: {}", context.channel().localAddress(), cause.toString());
        context.channel().config().setAutoRead(false);
        context.executor()
                .schedule(
                        () -> context.channel().config().setAutoRead(!quota.isFull()), PAUSE_MS, TimeUnit.MILLISECONDS);
    }
}
