// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import io.varve.core.runtime.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/**
 * Says what peers can cause at will at most once in ten seconds, and then how often it happened in between.
 * Give each cause its own. Thread-safe.
 */
public final class LogThrottle {
    private static final long PERIOD_NANOS = 10_000_000_000L;

    private final Logger log;
    private final Clock clock;
    private final AtomicLong nextNanos;
    private final AtomicLong suppressed = new AtomicLong();

    /**
     * @param log where to
     * @param clock paces the lines
     */
    public LogThrottle(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
        nextNanos = new AtomicLong(clock.nanos());
    }

    /**
     * Warns, or counts.
     *
     * @param format slf4j's
     * @param arguments slf4j's
     */
    public void warn(String format, Object... arguments) {
        warn(null, format, arguments);
    }

    /**
     * Warns with a stack trace, or counts.
     *
     * @param cause its stack trace is logged; may be null
     * @param format slf4j's
     * @param arguments slf4j's
     */
    public void warn(Throwable cause, String format, Object... arguments) {
        long now = clock.nanos();
        long next = nextNanos.get();
        if (now - next < 0 || !nextNanos.compareAndSet(next, now + PERIOD_NANOS)) {
            suppressed.incrementAndGet();
            return;
        }
        long more = suppressed.getAndSet(0);
        log.atWarn()
                .setCause(cause)
                .log(more == 0 ? format : format + " (and " + more + " more like it before)", arguments);
    }
}
