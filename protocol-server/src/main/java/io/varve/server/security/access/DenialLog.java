// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.access;

import io.varve.core.runtime.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the lines that denied requests cause in {@code kafka.authorizer.logger}: clients can cause any
 * number. Says how many it has left out. Thread-safe.
 */
final class DenialLog {
    /** Max number of denials that are logged in a period. */
    static final int LINES = 20;

    /** Length of a period. */
    static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger("kafka.authorizer.logger");

    private final Clock clock;
    private long endNanos;
    private int denials;

    /** @param clock ends periods */
    DenialLog(Clock clock) {
        this.clock = clock;
        endNanos = clock.nanos() + PERIOD_NANOS;
    }

    /** @return true if a denial that has just happened is to be logged */
    synchronized boolean permits() {
        long now = clock.nanos();
        if (now - endNanos >= 0) {
            if (denials > LINES) {
                LOG.info("{} more requests were denied before, and not logged", denials - LINES);
            }
            endNanos = now + PERIOD_NANOS;
            denials = 0;
        }
        denials++;
        return denials <= LINES;
    }
}
