// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.CloseSteps;
import io.varve.core.runtime.Scheduler;
import io.varve.server.net.WorkerPool;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** Has the threads of each lane, which are started when they are needed. Thread-safe. */
final class HttpWorkers implements AutoCloseable {
    private static final int HANDSHAKE_THREADS = 1;

    private final Map<HttpLane, WorkerPool> pools = new EnumMap<>(HttpLane.class);
    private final WorkerPool handshakes;

    HttpWorkers(Clock clock, Scheduler scheduler) {
        for (HttpLane lane : HttpLane.values()) {
            if (lane.threads() > 0) {
                String name = "http-" + lane.name().toLowerCase(Locale.ROOT) + "-";
                pools.put(lane, new WorkerPool(name, lane.threads(), clock, scheduler));
            }
        }
        handshakes = new WorkerPool("http-tls-handshake-", HANDSHAKE_THREADS, clock, scheduler);
    }

    /** @return the lane's threads; null for the event loop */
    WorkerPool of(HttpLane lane) {
        return pools.get(lane);
    }

    /** @return runs the costly parts of one connection's TLS handshake */
    Executor ofHandshake() {
        WorkerPool.Flow flow = new WorkerPool.Flow();
        return task -> handshakes.execute(flow, task, () -> {});
    }

    @Override
    public void close() {
        CloseSteps.run(Stream.concat(pools.values().stream(), Stream.of(handshakes))
                .<Runnable>map(pool -> pool::close)
                .toList());
    }
}
