// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.EventLoop;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.table.Dispatcher;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.clients.ClientSoftware;
import io.varve.server.clients.ClientUse;
import io.varve.server.logging.LogThrottle;
import io.varve.server.quota.QuotaThrottle;
import io.varve.server.security.sasl.SaslListeners;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the objects that all connections of a server share. Thread-safe. */
final class ServerContext {
    private static final Logger LOG = LoggerFactory.getLogger(NetServer.class);

    /** Threads of their own, so that handshakes wait neither for disks nor hold up event loops. */
    private static final int HANDSHAKE_THREADS = 2;

    private final NetConfig.Requests limits;
    private final SaslListeners sasl;
    private final Clock clock;
    private final long frameDeadlineNanos;
    private final Dispatcher dispatcher;
    private final RequestBudget budget;
    private final QuotaThrottle throttle;
    private final WorkerPool workers;
    private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();
    private final ApiTraffic traffic;
    private final WorkerPool handshakeWorkers;
    private final LogThrottle malformed;
    private final LogThrottle handshakes;
    private final LogThrottle broken;
    private final LongAdder malformedConnections = new LongAdder();
    private final LongAdder brokenConnections = new LongAdder();
    private final LongAdder throttledNanos = new LongAdder();
    private final Map<EventLoop, LoopReads> reads = new ConcurrentHashMap<>();

    ServerContext(
            NetConfig.Requests limits,
            long frameDeadlineMs,
            HandlerLookup table,
            QuotaThrottle throttle,
            SaslListeners sasl,
            Clock clock,
            Scheduler scheduler,
            Metrics metrics) {
        this.throttle = throttle;
        this.limits = limits;
        this.sasl = sasl;
        this.clock = clock;
        frameDeadlineNanos = TimeUnit.MILLISECONDS.toNanos(frameDeadlineMs);
        dispatcher = new Dispatcher(table, clock);
        budget = new RequestBudget(limits, clock);
        workers = new WorkerPool("request-worker-", limits.workerThreads(), clock, scheduler);
        handshakeWorkers = new WorkerPool("tls-handshake-", HANDSHAKE_THREADS, clock, scheduler);
        handshakes = new LogThrottle(LOG, clock);
        traffic = new ApiTraffic(metrics, clock);
        malformed = new LogThrottle(LOG, clock);
        broken = new LogThrottle(LOG, clock);
    }

    NetConfig.Requests limits() {
        return limits;
    }

    SaslListeners sasl() {
        return sasl;
    }

    Clock clock() {
        return clock;
    }

    /** @return max ns from the first byte of a frame to its last */
    long frameDeadlineNanos() {
        return frameDeadlineNanos;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    /** @return counts what clients use of their quotas */
    QuotaThrottle throttle() {
        return throttle;
    }

    RequestBudget budget() {
        return budget;
    }

    WorkerPool workers() {
        return workers;
    }

    /** @return measures requests */
    ApiTraffic traffic() {
        return traffic;
    }

    /** @return runs the costly parts of one connection's TLS handshake, one after another */
    Executor handshakeWork() {
        WorkerPool.Flow flow = new WorkerPool.Flow();
        return task -> handshakeWorkers.execute(flow, task, () -> {});
    }

    /** Ends the worker threads. */
    void close() {
        workers.close();
        handshakeWorkers.close();
    }

    /** @return what the event loop reads; the same at each call */
    LoopReads reads(EventLoop loop) {
        return reads.computeIfAbsent(loop, any -> new LoopReads());
    }

    /** @return who is connected */
    List<ClientUse> clients() {
        return connections.stream().map(NettyConnection::use).toList();
    }

    /** @return the open connections, which a connection is added to and removed from */
    Set<NettyConnection> connections() {
        return connections;
    }

    /** Logs and counts a connection that is closed because its peer violates the protocol. */
    void malformed(NettyConnection connection, Throwable why) {
        malformedConnections.increment();
        malformed.warn("closing {}: {}", connection.id(), why.getMessage());
    }

    /** Logs a TLS handshake that came to no connection. */
    void handshakeFailed(NettyConnection connection, String why) {
        handshakes.warn("closing {}: {}", connection.id(), why);
    }

    /** Counts time for which a connection is held back, in ns. */
    void throttled(long nanos) {
        throttledNanos.add(nanos);
    }

    /** Logs and counts a connection that is closed because of a fault of the server. */
    void broken(NettyConnection connection, Throwable why) {
        brokenConnections.increment();
        broken.warn(why, "closing {}, which failed", connection.id());
    }

    void read(Readings readings) {
        readings.add(NetMetrics.IN_FLIGHT, traffic.inFlight());
        readings.add(NetMetrics.CONNECTIONS, 0, ClientSoftware.UNKNOWN.name(), ClientSoftware.UNKNOWN.version());
        for (NettyConnection connection : connections) {
            ClientSoftware software = connection.software();
            readings.add(NetMetrics.CONNECTIONS, 1, software.name(), software.version());
        }
        readings.add(NetMetrics.MALFORMED, malformedConnections.sum());
        readings.add(NetMetrics.THROTTLED, throttledNanos.sum() / (double) TimeUnit.SECONDS.toNanos(1));
        readings.add(NetMetrics.BROKEN, brokenConnections.sum());
        budget.read(readings);
        workers.read(readings);
    }
}
