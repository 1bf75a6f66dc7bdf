// SPDX-License-Identifier: Apache-2.0
package io.varve.server.logging;

import io.varve.core.runtime.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/**
 * Logs an event that peers can cause at will at most once in ten seconds, with the number of events
 * suppressed since. Use one instance for each cause. Thread-safe.
 */
public final class LogThrottle {
    private static final long PERIOD_NANOS = 10_000_000_000L;

    private final Logger log;
    private final Clock clock;
    private final AtomicLong nextNanos;
    private final AtomicLong suppressed = new AtomicLong();

    /**
     * @param log the logger to write to
     * @param clock paces the lines
     */
    public LogThrottle(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
        nextNanos = new AtomicLong(clock.nanos());
    }

    /**
     * Logs a warning, or counts it as suppressed.
     *
     * @param format message with slf4j's placeholders
     * @param arguments values of the placeholders
     */
    public void warn(String format, Object... arguments) {
        warn(null, format, arguments);
    }

    /**
     * Logs a warning with a stack trace, or counts it as suppressed.
     *
     * @param cause its stack trace is logged; may be null
     * @param format message with slf4j's placeholders
     * @param arguments values of the placeholders
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
