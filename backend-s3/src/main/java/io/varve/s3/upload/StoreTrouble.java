// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Clock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes when requests to the bucket begin to fail and when they work again, logs both once, and says how long
 * to wait before the next try. Thread-safe.
 */
final class StoreTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(StoreTrouble.class);
    private static final long MIN_DELAY_MS = 500;
    private static final long MAX_DELAY_MS = 30_000;

    private final String what;
    private final Clock clock;
    private final Supplier<String> waiting;
    private long sinceMs = -1;
    private long delayMs = MIN_DELAY_MS;

    /**
     * @param what what fails, for the log: "uploads"
     * @param waiting what waits meanwhile, for the log
     */
    StoreTrouble(String what, Clock clock, Supplier<String> waiting) {
        this.what = what;
        this.clock = clock;
        this.waiting = waiting;
    }

    /** Notes a failure, and returns ms to wait before the next try. */
    long failed(RuntimeException cause) {
        boolean begins;
        long delay;
        synchronized (this) {
            begins = sinceMs < 0;
            if (begins) {
                sinceMs = clock.millis();
            }
            delay = delayMs;
            delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
        }
        if (begins) {
            LOG.warn("{} fail and are tried again until they work; {}: {}", what, waiting.get(), cause.getMessage());
        }
        return delay;
    }

    /** Notes a success. */
    void worked() {
        long since;
        synchronized (this) {
            since = sinceMs;
            sinceMs = -1;
            delayMs = MIN_DELAY_MS;
        }
        if (since >= 0) {
            LOG.info("{} work again after {} s; {}", what, (clock.millis() - since) / 1000, waiting.get());
        }
    }

    /** Logs how long the trouble lasts, if there is any. */
    void report() {
        long since;
        synchronized (this) {
            since = sinceMs;
        }
        if (since >= 0) {
            LOG.warn("{} have failed for {} s; {}", what, (clock.millis() - since) / 1000, waiting.get());
        }
    }

    synchronized boolean lasts() {
        return sinceMs >= 0;
    }
}
