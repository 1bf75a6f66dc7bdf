// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.Extent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps a partition's start: that of the hot partition, or a lower one if records are in the bucket only.
 * Also keeps which start the journal lacks. Changed by one writer at a time, read by any thread.
 */
final class TieredStart {
    private static final long AS_HOT = Long.MAX_VALUE;
    private static final long NONE = -1;

    private volatile long start = AS_HOT;
    private final AtomicLong unjournaled = new AtomicLong(NONE);

    /**
     * @param local the hot partition's extent
     * @return the extent with the records that are in the bucket only
     */
    Extent extent(Extent local) {
        long from = start;
        return from >= local.start() ? local : new Extent(from, local.readableEnd(), local.durableEnd());
    }

    /** Tells whether no records are in the bucket only. */
    boolean isAsHot() {
        return start == AS_HOT;
    }

    /** Begins below the hot partition, whose start is about to be, or is already, a higher one. */
    void begin(long from) {
        start = from;
    }

    /**
     * Notes a trim that the hot partition has taken.
     *
     * @param to the new start, if it is above the present one
     * @param tracked true if the journal must have it before the next sync returns
     */
    void trimmed(long to, boolean tracked) {
        if (start != AS_HOT && to > start) {
            start = to;
        }
        if (tracked) {
            unjournaled.accumulateAndGet(to, Math::max);
        }
    }

    /**
     * Notes a truncation that the hot partition has taken.
     *
     * @param end the lowest offset that was dropped
     */
    void truncated(long end) {
        if (start != AS_HOT && start >= end) {
            start = AS_HOT;
        }
        long noted = unjournaled.get();
        if (noted > end) {
            unjournaled.compareAndSet(noted, NONE);
        }
    }

    /** @return the start that the journal must have before a sync returns; below 0 if there is none */
    long unjournaled() {
        return unjournaled.get();
    }

    /** @param noted a start that {@link #unjournaled} returned, and the journal has now */
    void journaled(long noted) {
        unjournaled.compareAndSet(noted, NONE);
    }
}
