// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.Channel;
import io.varve.core.runtime.EventLoop;
import io.varve.server.api.Connection;
import io.varve.server.api.Request;
import io.varve.server.api.TimedWaits;
import io.varve.server.clients.ClientSoftware;
import io.varve.server.clients.ClientUse;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.sasl.SaslAuthentication;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows handlers one Netty connection: its id, peer, event loop and close. Thread-safe. */
final class NettyConnection implements Connection {
    private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

    private final Channel channel;
    private final EventLoop loop;
    private final ListenerSecurity listener;
    private final InetSocketAddress remote;
    private final String id;
    private final ServerContext server;
    private final ClientActivity activity = new ClientActivity();
    private final WorkerPool.Flow flow = new WorkerPool.Flow();
    private final LoopReads reads;
    private final BusyTime busy;
    private final TimedWaits waits;

    /** Null if the listener has no SASL. */
    private final SaslAuthentication authentication;

    private volatile KafkaPrincipal principal = KafkaPrincipal.ANONYMOUS;

    /** Tasks to run at the close; null once they have run. Guarded by this. */
    private Set<Registration> onClose = new LinkedHashSet<>();

    /** Wraps a task so that it is equal only to itself: a task registered twice runs twice. */
    private static final class Registration {
        private final Runnable task;

        private Registration(Runnable task) {
            this.task = task;
        }
    }

    /**
     * @param number unique for each connection, because a peer may reuse its port at once
     * @param server what all connections share
     * @param reads those of the channel's event loop
     */
    NettyConnection(Channel channel, ListenerSecurity listener, long number, ServerContext server, LoopReads reads) {
        this.server = server;
        busy = new BusyTime(server.clock());
        this.reads = reads;
        this.channel = channel;
        this.loop = new NettyLoop(channel.eventLoop());
        waits = new TimedWaits(server.clock(), this::schedule);
        this.listener = listener;
        remote = (InetSocketAddress) channel.remoteAddress();
        id = text((InetSocketAddress) channel.localAddress()) + "-" + text(remote) + "-" + number;
        authentication = server.sasl().begin(listener.listener(), id);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public InetAddress clientAddress() {
        return remote.getAddress();
    }

    @Override
    public String listenerName() {
        return listener.listener();
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return listener.protocol();
    }

    /** @return true if the connection has TLS */
    boolean isEncrypted() {
        return listener.usesTls();
    }

    @Override
    public KafkaPrincipal principal() {
        return principal;
    }

    @Override
    public void authenticated(KafkaPrincipal peer) {
        principal = peer;
    }

    @Override
    public SaslAuthentication authentication() {
        return authentication;
    }

    @Override
    public Executor executor() {
        return loop;
    }

    /** Notes that bytes of the connection were read. On the event loop. */
    void read() {
        reads.read(this);
    }

    @Override
    public EventLoop loopOfItsOwn() {
        return reads.areFrom(this) ? loop : null;
    }

    @Override
    public Executor background() {
        return task -> background(task, () -> {});
    }

    /**
     * Runs a task as {@link #background} does.
     *
     * @param dropped runs instead, on any thread, when the server has stopped
     */
    void background(Runnable task, Runnable dropped) {
        Runnable timed = server.throttle().countsTime() ? () -> busy.run(task) : task;
        server.workers().execute(flow, timed, dropped);
    }

    /** @return the time that the server's threads work for it */
    BusyTime busy() {
        return busy;
    }

    /** @return the server's monotonic time in ns */
    long nanos() {
        return server.clock().nanos();
    }

    @Override
    public ClientSoftware software() {
        return activity.software();
    }

    @Override
    public List<ClientUse> peers() {
        return server.clients();
    }

    /** @return who is connected, and what it has used */
    ClientUse use() {
        return activity.use(text(remote));
    }

    /** Notes what the client uses, before a request is served. */
    void note(Request request) {
        activity.note(request);
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        return loop.schedule(TimeUnit.MILLISECONDS.toNanos(delayMs), task);
    }

    @Override
    public TimedWaits waits() {
        return waits;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public Runnable onClose(Runnable task) {
        Registration registration = new Registration(task);
        synchronized (this) {
            if (onClose != null) {
                onClose.add(registration);
                return () -> forget(registration);
            }
        }
        task.run();
        return () -> {};
    }

    private synchronized void forget(Registration registration) {
        if (onClose != null) {
            onClose.remove(registration);
        }
    }

    /** Runs the tasks registered for the close. On the event loop. */
    void closed() {
        waits.close();
        Set<Registration> tasks;
        synchronized (this) {
            tasks = onClose;
            onClose = null;
        }
        if (tasks == null) {
            return;
        }
        for (Registration registration : tasks) {
            try {
                registration.task.run();
            } catch (RuntimeException e) {
                LOG.error("A task at the end of {} failed", id, e);
            }
        }
    }
}
