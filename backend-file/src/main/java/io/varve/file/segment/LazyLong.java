// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Caches a number. A writer sets it; a reader computes it when it is not set. A computed number never
 * replaces one that the writer has set meanwhile. Thread-safe.
 */
final class LazyLong {
    /** Stands for no number. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private final AtomicLong value = new AtomicLong(UNKNOWN);

    /**
     * @return the number; computed by {@code find} if it is not set, and then cached unless it is
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
