// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/** Tells the time; nothing else does. Thread-safe. */
public interface Clock {
    /** @return wall-clock time in ms since the epoch */
    long millis();

    /** @return a monotonic reading in ns, good for differences only */
    long nanos();

    /** @return the machine's clock */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
