// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.MovableTime;
import io.varve.server.clock.ClockReading;
import io.varve.server.clock.ServerClock;
import io.varve.server.metadata.ClusterMetadata;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the server's time on command, durably. The move is an event in the metadata before it takes effect:
 * no start finds records from the future. Thread-safe.
 */
final class VirtualClock implements ServerClock {
    private static final Logger LOG = LoggerFactory.getLogger(VirtualClock.class);

    private final MovableTime time;
    private final ClusterMetadata metadata;
    private final Supplier<Settlement> settlements;
    /** The target of the last move, or -1. Guarded by this. */
    private long lastMs = -1;

    /** @param settlements makes what waits for the effects of a move */
    VirtualClock(MovableTime time, ClusterMetadata metadata, Supplier<Settlement> settlements) {
        this.time = time;
        this.metadata = metadata;
        this.settlements = settlements;
    }

    @Override
    public ClockReading read() {
        long aheadMs = time.aheadMs();
        return new ClockReading(time.machineMillis() + aheadMs, aheadMs);
    }

    @Override
    public synchronized void moveTo(long ms) {
        if (ms == lastMs) {
            return;
        }
        long aheadMs = ahead(ms);
        metadata.moveClock(aheadMs).join();
        lastMs = ms;
        long begun = time.nanos();
        time.jumpTo(aheadMs, settlements.get());
        LOG.info(
                "The clock was moved to {}, {} ms ahead of the machine's; this took {} ms",
                ms,
                aheadMs,
                (time.nanos() - begun) / 1_000_000);
    }

    @Override
    public synchronized void check(long ms) {
        if (ms != lastMs) {
            ahead(ms);
        }
    }

    /** @return ms by which the time is ahead of the machine's when it is moved now */
    private long ahead(long ms) {
        ClockReading now = read();
        long aheadMs = now.aheadMs() + ms - now.ms();
        if (ms < now.ms()) {
            throw new InvalidRequestException(
                    "The clock shows " + now.ms() + " and never goes back: it cannot be moved to " + ms + ".");
        }
        if (aheadMs > MovableTime.MAX_AHEAD_MS) {
            throw new InvalidRequestException("The clock can be " + MovableTime.MAX_AHEAD_MS
                    + " ms ahead of the machine's at most, not " + aheadMs + ".");
        }
        return aheadMs;
    }
}
