// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads and processes bring about by themselves. Thread-safe. */
public final class Await {
    /**
     * For what takes milliseconds on a quiet machine: a busy one may do nothing of it for tens of seconds.
     * Less than a test's time, so that a failure says what did not happen.
     */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What is waited for needs the processor too. */
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    private Await() {}

    /**
     * Waits until a condition holds.
     *
     * @param what names the condition in the failure
     * @param holds is asked again and again; what it throws ends the wait
     * @throws AssertionError if it does not hold within {@link #PATIENCE}
     */
    public static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
