// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.cluster.Endpoint;
import io.varve.server.logging.LogThrottle;
import io.varve.server.net.ListenException;
import io.varve.server.net.NettyTransport;
import io.varve.server.net.TlsHandler;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TlsListener;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for HTTP, and has requests answered by {@link HttpRoute}s: GET and HEAD only. {@code /live} and
 * {@code /ready} answer from the first moment on, others after {@link #serve}. Takes no thread where no
 * listener is configured. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int CLOSE_MS = 1_000;
    private static final int BACKLOG = 50;

    private final HttpConfig config;
    private final List<Channel> listening = new ArrayList<>();
    private final ChannelGroup peers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final EventLoopGroup loop;
    private final HttpWorkers workers;
    private final LogThrottle refused;
    private final HttpShared shared;
    private final SecuredListeners security;
    private volatile HttpRoutes routes;

    private HttpServer(
            HttpConfig config, SecuredListeners security, NettyTransport transport, Clock clock, Scheduler scheduler) {
        this.config = config;
        this.security = security;
        loop = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("http", true), transport.handlers());
        workers = new HttpWorkers(clock, scheduler);
        refused = new LogThrottle(LOG, clock);
        shared = new HttpShared(
                config.limits(),
                new HostCheck(config.hosts()),
                () -> routes,
                workers,
                new WaitingPeers(),
                clock,
                new LogThrottle(LOG, clock),
                new LogThrottle(LOG, clock));
    }

    /**
     * Binds the listeners, and answers {@code /live} and {@code /ready}.
     *
     * @param config where to listen
     * @param security how each listener is secured; one that it has no TLS for is plain
     * @param ready answers {@code /ready}
     * @param clock the only source of time
     * @param scheduler starts the worker threads
     * @return the server
     * @throws ListenException if a port cannot be bound; no port stays bound then
     */
    public static HttpServer bind(
            HttpConfig config, SecuredListeners security, Readiness ready, Clock clock, Scheduler scheduler) {
        NettyTransport transport = NettyTransport.best();
        HttpServer server = new HttpServer(config, security, transport, clock, scheduler);
        server.serve(ready, List.of());
        try {
            config.listeners().forEach(endpoint -> server.listen(endpoint, transport));
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /**
     * Serves further routes, in place of those of the call before.
     *
     * @param ready answers {@code /ready}
     * @param routes answer what else is served
     * @throws IllegalArgumentException if two routes have the same path
     */
    public void serve(Readiness ready, Collection<? extends HttpRoute> routes) {
        List<HttpRoute> all = new ArrayList<>(routes);
        all.add(HealthRoute.live());
        all.add(HealthRoute.ready(ready));
        this.routes = new HttpRoutes(all);
    }

    private void listen(Endpoint endpoint, NettyTransport transport) {
        TlsListener tls = security.tls(endpoint.listener()).orElse(null);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initPeer(channel, tls);
                    }
                });
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ListenException(endpoint, bound.cause());
        }
        listening.add(bound.channel());
    }

    private void initPeer(Channel channel, TlsListener tls) {
        peers.add(channel);
        HttpConfig.PeerLimits limits = config.limits();
        if (closed.get() || channel.localAddress() == null || channel.remoteAddress() == null) {
            channel.close();
            return;
        }
        if (peers.size() > limits.connections() && !makePlace(channel)) {
            channel.close();
            return;
        }
        if (tls != null) {
            channel.pipeline()
                    .addLast(new TlsHandler(
                            tls.engine((InetSocketAddress) channel.remoteAddress()),
                            workers.ofHandshake(),
                            limits.requestMs()));
        }
        HttpDecoderConfig decoding = new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.lineBytes())
                .setMaxHeaderSize(limits.headerBytes());
        channel.pipeline()
                .addLast(new WriteTimeoutHandler(limits.writeMs(), TimeUnit.MILLISECONDS))
                .addLast(new HttpServerCodec(decoding))
                .addLast(new BodyLimit(limits.bodyBytes()))
                // Requests that were sent ahead wait for the answers before them.
                .addLast(new FlowControlHandler())
                .addLast(new HttpPeer(shared, tls));
    }

    /**
     * Closes the connection that is missed least, without a word that its peer could be slow to take.
     *
     * @return false if requests of all of them are being answered
     */
    private boolean makePlace(Channel newcomer) {
        Channel idle = shared.waiting().poll();
        if (idle == null) {
            refused.warn(
                    "refused an HTTP connection from {}: there are {}, and all of them are being answered",
                    newcomer.remoteAddress(),
                    config.limits().connections());
            return false;
        }
        refused.warn(
                "closed the idle HTTP connection from {} for one from {}: there are {}",
                idle.remoteAddress(),
                newcomer.remoteAddress(),
                config.limits().connections());
        idle.unsafe().close(idle.newPromise());
        return true;
    }

    /** @return the addresses that are listened on, with the ports that were bound */
    public List<Endpoint> listeners() {
        List<Endpoint> bound = new ArrayList<>();
        for (int i = 0; i < listening.size(); i++) {
            Endpoint endpoint = config.listeners().get(i);
            int port = ((InetSocketAddress) listening.get(i).localAddress()).getPort();
            bound.add(new Endpoint(endpoint.listener(), endpoint.host(), port));
        }
        return bound;
    }

    /** Closes ports and connections. Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        peers.close().awaitUninterruptibly(CLOSE_MS);
        workers.close();
        loop.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
    }
}
