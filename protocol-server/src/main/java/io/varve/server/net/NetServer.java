// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.clients.ClientUse;
import io.varve.server.cluster.Endpoint;
import io.varve.server.logging.LogThrottle;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TlsListener;
import io.varve.server.security.sasl.SaslAuthentication;
import io.varve.server.security.sasl.SaslConfig;
import io.varve.server.security.sasl.SaslListeners;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the server's ports, and dispatches the requests it reads to the handlers of a
 * {@link HandlerLookup}. {@link #bind} binds the ports before the rest of the server starts; peers that
 * connect wait until {@link #serve}. Thread-safe.
 */
public final class NetServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NetServer.class);
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(128 * 1024, 512 * 1024);
    private static final int CLOSE_MS = 1_000;
    /**
     * An event loop's chunk of memory is so many times doubled pages of 8 KiB, 1 MiB: about the largest
     * request of a producer by default. All of it is resident, as the JDK fills it with zeros.
     */
    private static final int CHUNK_ORDER = 7;

    /** Max ms of a TLS handshake. */
    private static final long HANDSHAKE_MS = 30_000;

    private final NetConfig config;
    private final SecuredListeners security;
    private final Clock clock;
    private final PooledByteBufAllocator allocator;
    private final EventLoopGroup acceptors;
    private final EventLoopGroup workers;
    private final ConnectionQuota quota;
    private final List<Channel> listening = new ArrayList<>();
    private final ChannelGroup peers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicLong peerNumber = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /** Set before the first connection is accepted. */
    private volatile ServerContext context;

    private NetServer(NetConfig config, SecuredListeners security, Clock clock, NettyTransport transport) {
        this.config = config;
        this.security = security;
        this.clock = clock;
        // One arena for each event loop: only event loops allocate; on the heap for the JDK's TLS only.
        allocator = new PooledByteBufAllocator(
                true,
                security.tls().isEmpty() ? 0 : config.networkThreads(),
                config.networkThreads(),
                PooledByteBufAllocator.defaultPageSize(),
                CHUNK_ORDER,
                PooledByteBufAllocator.defaultSmallCacheSize(),
                PooledByteBufAllocator.defaultNormalCacheSize(),
                false);
        quota = new ConnectionQuota(config.connections(), this::resumeAccepting);
        acceptors =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("net-accept", true), transport.handlers());
        workers = new MultiThreadIoEventLoopGroup(
                config.networkThreads(), new DefaultThreadFactory("net", true), transport.handlers());
    }

    /**
     * Binds the listeners' ports.
     *
     * @param config listeners and limits
     * @param security how each listener is secured
     * @param clock paces the log
     * @return a server that listens but does not accept connections yet
     * @throws ListenException if a port cannot be bound; no port stays bound then
     */
    public static NetServer bind(NetConfig config, SecuredListeners security, Clock clock) {
        return bind(config, security, clock, NettyTransport.best());
    }

    static NetServer bind(NetConfig config, SecuredListeners security, Clock clock, NettyTransport transport) {
        NetServer server = new NetServer(config, security, clock, transport);
        try {
            for (Endpoint endpoint : config.listeners()) {
                server.listen(endpoint, transport);
            }
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private void listen(Endpoint endpoint, NettyTransport transport) {
        NetConfig.Sockets sockets = config.sockets();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(acceptors, workers)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, sockets.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                // One connection at a time, so that the limits hold exactly.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .handler(new Acceptor(
                        endpoint.listener(),
                        quota,
                        () -> context.throttle().connections(),
                        this::updateAccepting,
                        new LogThrottle(LOG, clock),
                        new LogThrottle(LOG, clock)))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initConnection(channel, security.of(endpoint.listener()));
                    }
                });
        if (sockets.receiveBufferBytes() > 0) {
            bootstrap.option(ChannelOption.SO_RCVBUF, sockets.receiveBufferBytes());
            bootstrap.childOption(ChannelOption.SO_RCVBUF, sockets.receiveBufferBytes());
        }
        if (sockets.sendBufferBytes() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, sockets.sendBufferBytes());
        }
        InetSocketAddress address = endpoint.host().isEmpty()
                ? new InetSocketAddress(endpoint.port())
                : new InetSocketAddress(endpoint.host(), endpoint.port());
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ListenException(endpoint, bound.cause());
        }
        listening.add(bound.channel());
        LOG.debug("Listening on {} with {}", endpoint, transport);
    }

    /** @return the listeners, in the order of the configuration, with the ports that were bound */
    public List<Endpoint> listeners() {
        List<Endpoint> bound = new ArrayList<>();
        for (int i = 0; i < listening.size(); i++) {
            Endpoint endpoint = config.listeners().get(i);
            int port = ((InetSocketAddress) listening.get(i).localAddress()).getPort();
            bound.add(new Endpoint(endpoint.listener(), endpoint.host(), port));
        }
        return bound;
    }

    /**
     * Begins to accept connections and to serve requests.
     *
     * @param table finds the handler of each API
     * @param throttle counts what clients use of their quotas
     * @param sasl authenticates the peers of the listeners that have SASL
     * @param scheduler starts the worker threads for long requests
     * @param metrics measures requests and connections
     */
    public void serve(
            HandlerLookup table, QuotaThrottle throttle, SaslListeners sasl, Scheduler scheduler, Metrics metrics) {
        context = new ServerContext(
                config.requests(), config.connections().maxIdleMs(), table, throttle, sasl, clock, scheduler, metrics);
        metrics.read(context::read);
        metrics.read(quota::read);
        metrics.read(this::readTls);
        updateAccepting();
    }

    private void readTls(Readings readings) {
        security.tls().forEach((listener, tls) -> {
            readings.add(NetMetrics.CERTIFICATE_END, tls.certificateEndMs() / 1e3, listener);
            readings.add(NetMetrics.HANDSHAKES_FAILED, tls.failedHandshakes(), listener);
        });
    }

    /** @return the connected clients, in no order; none before {@link #serve} */
    public List<ClientUse> clients() {
        return context == null ? List.of() : context.clients();
    }

    /**
     * Changes the limits on connections. Existing connections beyond them stay until they close.
     *
     * @param max max connections in total, at least 1
     * @param maxPerIp max connections from one address, 0 or more
     */
    public void limitConnections(int max, int maxPerIp) {
        quota.limit(new NetConfig.Connections(
                config.connections().maxIdleMs(),
                max,
                maxPerIp,
                config.connections().ofListeners()));
    }

    /**
     * Gives some addresses limits of their own, in place of those before. Existing connections stay.
     *
     * @param limits max connections by address or name of a host; 0 and less let none in
     * @return looks up the addresses of hosts, which may take long; empty if there are no hosts by name
     */
    public Optional<Runnable> limitAddresses(Map<String, Integer> limits) {
        return quota.limitAddresses(limits);
    }

    private void resumeAccepting() {
        // Limits may change before serve(), when nothing is accepted yet.
        if (context != null) {
            updateAccepting();
        }
    }

    /** One thread at a time, so that what is set last is what was found last. */
    private synchronized void updateAccepting() {
        for (int i = 0; i < listening.size(); i++) {
            String listener = config.listeners().get(i).listener();
            listening.get(i).config().setAutoRead(!quota.isFull(listener));
        }
    }

    /** Serves a connection. On its event loop, once it is registered. */
    void initConnection(Channel channel, ListenerSecurity listener) {
        peers.add(channel);
        if (stopped.get() || channel.localAddress() == null || channel.remoteAddress() == null) {
            channel.close();
            return;
        }
        ServerContext shared = context;
        NettyConnection connection = new NettyConnection(
                channel, listener, peerNumber.getAndIncrement(), shared, shared.reads(channel.eventLoop()));
        shared.connections().add(connection);
        connection.onClose(() -> shared.connections().remove(connection));
        FrameAssembler frames = new FrameAssembler(
                allocator, shared.limits(), shared.budget().partial().share(channel::close), shared.clock());
        TlsListener tls = security.tls(listener.listener()).orElse(null);
        if (tls == null) {
            channel.config().setRecvByteBufAllocator(new FrameReceiver(frames));
        } else {
            channel.pipeline()
                    .addLast(new TlsHandler(
                            tls.engine((InetSocketAddress) channel.remoteAddress()),
                            shared.handshakeWork(),
                            Math.min(HANDSHAKE_MS, config.connections().maxIdleMs())))
                    .addLast(new TlsHandshake(connection, tls, shared));
        }
        SaslAuthentication authentication = connection.authentication();
        if (authentication != null) {
            Runnable cancel = connection.schedule(
                    authentication.config().limits().timeoutMs(),
                    () -> closeUnlessAuthenticated(channel, authentication));
            connection.onClose(cancel);
        }
        channel.pipeline()
                .addLast(new IdleWatch(config.connections().maxIdleMs()))
                .addLast(new ClientConnection(shared, connection, frames));
    }

    private static void closeUnlessAuthenticated(Channel channel, SaslAuthentication authentication) {
        if (authentication.isFirst()) {
            authentication.fail("it took longer than " + SaslConfig.TIMEOUT);
            channel.close();
        }
    }

    /**
     * Stops: accepts no more connections, reads no more requests, answers the begun ones, closes. Idempotent.
     *
     * @param deadlineMs ms after which connections are closed even if requests are unanswered
     */
    public void stop(long deadlineMs) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        peers.forEach(channel -> {
            ClientConnection handler = channel.pipeline().get(ClientConnection.class);
            if (channel.pipeline().get(TlsHandshake.class) != null) {
                channel.close(); // there is nothing to answer yet
            } else if (handler != null) {
                channel.eventLoop().execute(handler::finish);
            }
        });
        if (!peers.newCloseFuture().awaitUninterruptibly(deadlineMs)) {
            LOG.debug("{} connections still had requests to answer after {} ms", peers.size(), deadlineMs);
            peers.close().awaitUninterruptibly(CLOSE_MS);
        }
        if (context != null) {
            context.close();
        }
        acceptors.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
        workers.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
    }

    /** Stops without waiting for answers. */
    @Override
    public void close() {
        stop(0);
    }

    /** @return the state all connections share; null before {@link #serve} */
    ServerContext context() {
        return context;
    }

    PooledByteBufAllocator allocator() {
        return allocator;
    }
}
