// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.varve.server.logging.LogThrottle;
import io.varve.server.quota.ConnectionRates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Accepts the new connections of one listener within the limits, and pauses accepting while a limit is
 * reached. Used on the event loop of the listening socket.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final long PAUSE_MS = 500;

    /** Max number of refused connections that are not closed yet: each takes a file descriptor. */
    private static final int MAX_WAITING = 1_000;

    private final String listener;
    private final ConnectionQuota quota;
    private final Supplier<ConnectionRates> rates;
    private final Runnable stopAccepting;
    private final LogThrottle refused;
    private final LogThrottle failed;

    /** Connections that came too fast: to be served later, or closed. */
    private final Set<Channel> waiting = new HashSet<>();

    /**
     * @param listener the listener's name
     * @param rates gives the limits on how fast connections come; called once connections are accepted
     * @param stopAccepting called when the quota is full; accepting resumes when a connection closes
     */
    Acceptor(
            String listener,
            ConnectionQuota quota,
            Supplier<ConnectionRates> rates,
            Runnable stopAccepting,
            LogThrottle refused,
            LogThrottle failed) {
        this.listener = listener;
        this.rates = rates;
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
        ConnectionRates limit = rates.get();
        ConnectionRates.RateVerdict admission =
                limit.isOn() ? limit.admit(listener, remote.getAddress()) : ConnectionRates.RateVerdict.AT_ONCE;
        if (admission.delayMs() > 0) {
            delay(context, peer, remote.getAddress(), admission);
        } else {
            accept(context, peer, remote.getAddress());
        }
    }

    /** Accepts nothing else before a connection that is to be served later; closes a refused one later. */
    private void delay(
            ChannelHandlerContext context, Channel peer, InetAddress address, ConnectionRates.RateVerdict admission) {
        if (admission.accepted()) {
            context.channel().config().setAutoRead(false);
        } else {
            quota.refuseForRate();
            refused.warn(
                    "refused a connection from {}, which connects too often (connection_creation_rate)",
                    address.getHostAddress());
            if (waiting.size() >= MAX_WAITING) {
                peer.unsafe().closeForcibly();
                return;
            }
        }
        waiting.add(peer);
        context.executor()
                .schedule(() -> end(context, peer, address, admission), admission.delayMs(), TimeUnit.MILLISECONDS);
    }

    private void end(
            ChannelHandlerContext context, Channel peer, InetAddress address, ConnectionRates.RateVerdict admission) {
        if (admission.accepted() && quota.isFull(listener) && waiting.contains(peer)) {
            // The quota has become full meanwhile, by another listener or a lower limit.
            context.executor().schedule(() -> end(context, peer, address, admission), PAUSE_MS, TimeUnit.MILLISECONDS);
            return;
        }
        if (!waiting.remove(peer)) {
            return;
        }
        if (admission.accepted()) {
            accept(context, peer, address);
            context.channel().config().setAutoRead(!quota.isFull(listener));
        } else {
            peer.unsafe().closeForcibly();
        }
    }

    /** Closes the connections that are not served yet: the listener is closed. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        waiting.forEach(peer -> peer.unsafe().closeForcibly());
        waiting.clear();
        context.fireChannelInactive();
    }

    private void accept(ChannelHandlerContext context, Channel peer, InetAddress address) {
        if (!quota.reserve(listener, address)) {
            refused.warn(
                    "refused a connection from {}, which has {} (max.connections.per.ip)",
                    address.getHostAddress(),
                    quota.max(address));
            peer.unsafe().closeForcibly();
            return;
        }
        peer.closeFuture().addListener(closed -> quota.release(listener, address));
        if (quota.isFull(listener)) {
            stopAccepting.run();
            refused.warn("no further connections until one of {}", quota.reached(listener));
        }
        context.fireChannelRead(peer);
    }

    /**
     * Pauses accepting after a failure. The likely cause is that no file descriptors are left; retrying at
     * once would spin and fill the log.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed.warn(
                "cannot accept connections on {}: {}; trying again. If there are too many open files, raise ulimit -n",
                context.channel().localAddress(),
                cause.toString());
        context.channel().config().setAutoRead(false);
        context.executor()
                .schedule(
                        () -> context.channel().config().setAutoRead(!quota.isFull(listener)),
                        PAUSE_MS,
                        TimeUnit.MILLISECONDS);
    }
}
