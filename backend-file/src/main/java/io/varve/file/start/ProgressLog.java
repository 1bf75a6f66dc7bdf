// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.runtime.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Logs the progress of work that takes longer than two seconds, every two seconds. Thread-safe. */
public final class ProgressLog {
    private static final long PERIOD_NANOS = 2_000_000_000L;

    private final Clock clock;
    private final Consumer<String> out;
    private long lastLogged;

    /** @param out gets each line */
    public ProgressLog(Clock clock, Consumer<String> out) {
        this.clock = clock;
        this.out = out;
        this.lastLogged = clock.nanos();
    }

    /**
     * Logs the progress, if the last line is two seconds old.
     *
     * @param how builds the line; called only when it is logged
     */
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
