// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Remembers a number that a writer sets, and that readers find out when it is not set yet. What a reader has
 * found out never takes the place of what the writer has set meanwhile. Thread-safe.
 */
final class LazyLong {
    /** Stands for no number. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private final AtomicLong value = new AtomicLong(UNKNOWN);

    /**
     * @return the number, or what {@code find} says if it is not known; that is remembered unless it is
     *     {@link #UNKNOWN}
     */
    long get(LongSupplier find) {
        long known = value.get();
        if (known != UNKNOWN) {
            return known;
        }
        long found = find.getAsLong();
        return value.compareAndSet(UNKNOWN, found) ? found : get(find);
    }

    void set(long number) {
        value.set(number);
    }

    void forget() {
        value.set(UNKNOWN);
    }
}
