// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.util.concurrent.ScheduledFuture;
import io.varve.core.runtime.EventLoop;
import java.util.concurrent.TimeUnit;

/** Shows the engine the event loop of a connection. Thread-safe. */
final class NettyLoop implements EventLoop {
    private final io.netty.channel.EventLoop loop;

    NettyLoop(io.netty.channel.EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Runnable schedule(long nanos, Runnable task) {
        ScheduledFuture<?> future = loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
