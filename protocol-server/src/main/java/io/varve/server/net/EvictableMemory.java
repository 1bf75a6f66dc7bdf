// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import java.util.HashSet;
import java.util.Set;

/**
 * Limits the memory that all connections together hold for peers that may have stalled: partly received
 * requests, bytes read behind requests that wait for their turn, answers that are not read. When the limit is
 * reached, the slowest peers are evicted, so that new peers are served. Thread-safe.
 */
final class EvictableMemory {
    /** How long a peer is measured before its speed counts. */
    private static final long GRACE_NANOS = 1_000_000_000;

    private final long limit;
    private final Clock clock;
    private final Set<Share> shares = new HashSet<>();
    private long total;

    /** @param limit in bytes */
    EvictableMemory(long limit, Clock clock) {
        this.limit = limit;
        this.clock = clock;
    }

    /** Counts the bytes that one connection holds. Guarded by the enclosing object. */
    final class Share {
        private final Runnable evict;
        private long bytes;
        private long begunNanos;

        /** True when the connection is about to be closed: its bytes no longer count. */
        private boolean evicted;

        private Share(Runnable evict) {
            this.evict = evict;
        }

        /** @return false if nothing was reserved: the limit is reached, or this share was evicted */
        boolean reserve(long more) {
            return EvictableMemory.this.reserve(this, more);
        }

        void release(long less) {
            EvictableMemory.this.release(this, less);
        }

        private double bytesPerNano(long now) {
            return (double) bytes / (now - begunNanos);
        }
    }

    /** @param evict closes the connection; on any thread */
    Share share(Runnable evict) {
        return new Share(evict);
    }

    private synchronized boolean reserve(Share asking, long more) {
        if (asking.evicted) {
            return false;
        }
        while (total + more > limit) {
            Share victim = victim(asking);
            if (victim == null) {
                return false;
            }
            victim.evicted = true;
            remove(victim, victim.bytes);
            victim.evict.run();
        }
        if (asking.bytes == 0 && more > 0) {
            asking.begunNanos = clock.nanos();
            shares.add(asking);
        }
        asking.bytes += more;
        total += more;
        return true;
    }

    /**
     * @return the slowest share past its grace period; else the largest one, if it holds more than the one
     *     that asks; else null
     */
    private Share victim(Share asking) {
        long now = clock.nanos();
        Share slowest = null;
        Share largest = null;
        for (Share share : shares) {
            if (share == asking) {
                continue;
            }
            if (now - share.begunNanos >= GRACE_NANOS
                    && (slowest == null || share.bytesPerNano(now) < slowest.bytesPerNano(now))) {
                slowest = share;
            }
            if (share.bytes > asking.bytes && (largest == null || share.bytes > largest.bytes)) {
                largest = share;
            }
        }
        return slowest == null ? largest : slowest;
    }

    private synchronized void release(Share share, long less) {
        if (!share.evicted) {
            remove(share, less);
        }
    }

    private void remove(Share share, long less) {
        share.bytes -= less;
        total -= less;
        if (share.bytes == 0) {
            shares.remove(share);
        }
    }

    /** @return most bytes that all shares may hold together */
    long limit() {
        return limit;
    }

    synchronized long bytes() {
        return total;
    }
}
