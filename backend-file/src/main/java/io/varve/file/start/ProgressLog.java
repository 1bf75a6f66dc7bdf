// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.runtime.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Logs how far something is when it takes longer than two seconds, and every two seconds from then on.
 * Thread-safe.
 */
public final class ProgressLog {
    private static final long PERIOD_NANOS = 2_000_000_000L;

    private final Clock clock;
    private final Consumer<String> out;
    private long lastLogged;

    /** @param out takes each line */
    public ProgressLog(Clock clock, Consumer<String> out) {
        this.clock = clock;
        this.out = out;
        this.lastLogged = clock.nanos();
    }

    /** @param how put together only when it is time to say it */
    public void at(Supplier<String> how) {
        long now = clock.nanos();
        synchronized (this) {
            if (now - lastLogged < PERIOD_NANOS) {
                return;
            }
            lastLogged = now;
        }
        out.accept(how.get());
    }
}
