// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/** Reads the machine's clock. */
enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long millis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
