// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Collects the aborted transactions of one partition, 32 bytes each. One writer at a time; readers take the
 * {@link #snapshot} at any time, without a lock. The aborted list of a fetch is
 * {@link AbortedSnapshot#overlapping}.
 */
final class AbortedTransactions {
    private static final int FIRST_CAPACITY = 8;

    private volatile AbortedSnapshot snapshot = AbortedSnapshot.NONE;

    AbortedSnapshot snapshot() {
        return snapshot;
    }

    /** Adds a transaction whose marker is above all others. */
    void add(AbortedTransaction aborted) {
        snapshot = snapshot.with(aborted, FIRST_CAPACITY);
    }

    /**
     * Forgets the transactions whose marker is below an offset.
     *
     * @return true if any was forgotten
     */
    boolean trimTo(long offset) {
        AbortedSnapshot now = snapshot;
        int row = now.at(offset);
        if (row == now.from()) {
            return false;
        }
        snapshot = now.startingAt(row);
        return true;
    }

    /**
     * Forgets the given transactions.
     *
     * @return true if any of them was known
     */
    boolean remove(Collection<AbortedTransaction> gone) {
        Set<AbortedTransaction> wanted = new HashSet<>(gone);
        AbortedSnapshot now = snapshot;
        AbortedSnapshot left = AbortedSnapshot.NONE;
        boolean fewer = false;
        for (int row = now.from(); row < now.to(); row++) {
            AbortedTransaction one = now.get(row);
            if (wanted.contains(one)) {
                fewer = true;
            } else {
                left = left.with(one, FIRST_CAPACITY);
            }
        }
        snapshot = left;
        return fewer;
    }
}
