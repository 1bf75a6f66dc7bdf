// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Keeps who waits for records of a share partition, and wakes all of them. Thread-safe. */
final class ShareWaiters {
    private final Set<Runnable> waiters = new LinkedHashSet<>();

    /**
     * @param waiter called by each {@link #wake} until it is removed
     * @return removes the waiter; idempotent
     */
    synchronized Runnable add(Runnable waiter) {
        waiters.add(waiter);
        return () -> remove(waiter);
    }

    private synchronized void remove(Runnable waiter) {
        waiters.remove(waiter);
    }

    /** Calls all waiters, without a lock. */
    void wake() {
        List<Runnable> all;
        synchronized (this) {
            all = List.copyOf(waiters);
        }
        all.forEach(Runnable::run);
    }
}
