// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import io.varve.server.api.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows handlers a connection of Netty's: its name, its peer, its event loop, its end. Thread-safe. */
final class NettyConnection implements Connection {
    private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

    private final Channel channel;
    private final String listenerName;
    private final InetSocketAddress remote;
    private final String id;

    /** Tasks by identity of their registration; null once they have run. Guarded by this. */
    private Set<Registration> onClose = new LinkedHashSet<>();

    /** One registration: equal only to itself, so that a task registered twice runs twice. */
    private static final class Registration {
        private final Runnable task;

        private Registration(Runnable task) {
            this.task = task;
        }
    }

    /** @param number different for each connection: a port may be used again at once */
    NettyConnection(Channel channel, String listenerName, long number) {
        this.channel = channel;
        this.listenerName = listenerName;
        remote = (InetSocketAddress) channel.remoteAddress();
        id = text((InetSocketAddress) channel.localAddress()) + "-" + text(remote) + "-" + number;
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
        return listenerName;
    }

    @Override
    public Executor executor() {
        return channel.eventLoop();
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        ScheduledFuture<?> future = channel.eventLoop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
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

    /** Runs what waits for the end. */
    void closed() {
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
