// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.runtime.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Grants space to appends by what the last look at the disk found, so that they need not all look. A look
 * counts for a moment, and only above a margin: where space is scarce, each append looks. Thread-safe.
 */
final class SpaceGrant {
    /** Bytes that others may write to the disk between two looks. */
    static final long MARGIN = 256L << 20;
    /** Max ns between two looks. */
    static final long MAX_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Clock clock;
    private final AtomicLong left = new AtomicLong();
    private volatile long looked;

    /** @param clock tells how old a look is */
    SpaceGrant(Clock clock) {
        this.clock = clock;
    }

    /**
     * Takes space.
     *
     * @param bytes bytes that an append needs
     * @return false if the append must look at the disk itself
     */
    boolean take(long bytes) {
        return left.get() >= bytes && clock.nanos() - looked < MAX_AGE_NANOS && left.addAndGet(-bytes) >= 0;
    }

    /**
     * Grants space anew, after a look.
     *
     * @param spare bytes that are free besides all that is staged and the append that looked
     */
    void renew(long spare) {
        looked = clock.nanos();
        left.set(spare - MARGIN);
    }

    /** Ends the grant: a write found no space. */
    void end() {
        left.set(0);
    }
}
