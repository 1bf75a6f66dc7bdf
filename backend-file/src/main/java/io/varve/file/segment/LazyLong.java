// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * Caches a number. A writer sets it; a reader computes it when it is not set. A computed number never
 * replaces one that the writer has set meanwhile. Thread-safe.
 */
final class LazyLong {
    /** Stands for no number. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private final AtomicLong value = new AtomicLong(UNKNOWN);

    /**
     * @param find computes the number of its argument
     * @param owner the argument, so that a caller need not capture it
     * @param <T> type of the argument
     * @return the number; computed if it is not set, and then cached unless it is {@link #UNKNOWN}
     */
    <T> long get(ToLongFunction<? super T> find, T owner) {
        while (true) { // a call of itself would have the JIT compile what finds the number twice, into one method
            long known = value.get();
            if (known != UNKNOWN) {
                return known;
            }
            long found = find.applyAsLong(owner);
            if (value.compareAndSet(UNKNOWN, found)) {
                return found;
            }
        }
    }

    void set(long number) {
        value.set(number);
    }

    void forget() {
        value.set(UNKNOWN);
    }
}
