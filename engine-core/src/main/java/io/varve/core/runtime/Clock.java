// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/** Tells the time: the only source of time in the engine. Thread-safe. */
public interface Clock {
    /** @return wall-clock time in ms since the epoch */
    long millis();

    /** @return a monotonic time in ns, for differences only */
    long nanos();

    /** @return the machine's clock */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
