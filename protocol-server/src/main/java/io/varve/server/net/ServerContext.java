// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.EventLoop;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.api.table.Dispatcher;
import io.varve.server.api.table.HandlerLookup;
import io.varve.server.logging.LogThrottle;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the objects that all connections of a server share. Thread-safe. */
final class ServerContext {
    private static final Logger LOG = LoggerFactory.getLogger(NetServer.class);

    private final NetConfig.Requests limits;
    private final Clock clock;
    private final long frameDeadlineNanos;
    private final Dispatcher dispatcher;
    private final RequestBudget budget;
    private final WorkerPool workers;
    private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();
    private final LogThrottle malformed;
    private final LogThrottle broken;
    private final Map<EventLoop, LoopReads> reads = new ConcurrentHashMap<>();

    ServerContext(
            NetConfig.Requests limits, long frameDeadlineMs, HandlerLookup table, Clock clock, Scheduler scheduler) {
        this.limits = limits;
        this.clock = clock;
        frameDeadlineNanos = TimeUnit.MILLISECONDS.toNanos(frameDeadlineMs);
        dispatcher = new Dispatcher(table, clock);
        budget = new RequestBudget(limits, clock);
        workers = new WorkerPool("request-worker-", limits.workerThreads(), clock, scheduler);
        malformed = new LogThrottle(LOG, clock);
        broken = new LogThrottle(LOG, clock);
    }

    NetConfig.Requests limits() {
        return limits;
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

    RequestBudget budget() {
        return budget;
    }

    WorkerPool workers() {
        return workers;
    }

    /** @return what the event loop reads; the same at each call */
    LoopReads reads(EventLoop loop) {
        return reads.computeIfAbsent(loop, any -> new LoopReads());
    }

    /** @return the open connections, which a connection is added to and removed from */
    Set<NettyConnection> connections() {
        return connections;
    }

    /** @return the throttled log of peers that violate the protocol */
    LogThrottle malformed() {
        return malformed;
    }

    /** @return the throttled log of connections that fail by a fault of the server */
    LogThrottle broken() {
        return broken;
    }
}
