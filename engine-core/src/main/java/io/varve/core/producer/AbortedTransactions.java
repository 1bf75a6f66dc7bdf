// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The aborted transactions of one partition, in the order of their markers, 32 bytes each. One writer at a time; readers at any time,
 * without a lock.
 *
 * <p>Rows are only ever added behind those that were published, and columns are replaced, never cut: a reader keeps what it has.
 */
final class AbortedTransactions {
    private static final int FIRST_CAPACITY = 8;
    static final Rows NONE = new Rows(new long[0], new long[0], new long[0], new long[0], 0, 0);

    private volatile Rows rows = NONE;

    /** What is published: the rows {@code from} (inclusive) to {@code to} (exclusive) of four columns. */
    record Rows(long[] producers, long[] firsts, long[] lasts, long[] stables, int from, int to) {
        int size() {
            return to - from;
        }

        AbortedTransaction get(int row) {
            return new AbortedTransaction(producers[row], firsts[row], lasts[row], stables[row]);
        }

        /** @return the first row whose marker is at or above an offset */
        int at(long offset) {
            int found = Arrays.binarySearch(lasts, from, to, offset);
            return found < 0 ? -found - 1 : found;
        }

        private Rows moved(int capacity) {
            return new Rows(
                    Arrays.copyOfRange(producers, from, from + capacity),
                    Arrays.copyOfRange(firsts, from, from + capacity),
                    Arrays.copyOfRange(lasts, from, from + capacity),
                    Arrays.copyOfRange(stables, from, from + capacity),
                    0,
                    size());
        }
    }

    Rows rows() {
        return rows;
    }

    /** Adds one whose marker is above those of all others. */
    void add(AbortedTransaction aborted) {
        Rows now = rows;
        if (now.to() == now.lasts().length) {
            now = now.moved(Math.max(FIRST_CAPACITY, now.size() * 2));
        }
        int row = now.to();
        now.producers()[row] = aborted.producerId();
        now.firsts()[row] = aborted.firstOffset();
        now.lasts()[row] = aborted.lastOffset();
        now.stables()[row] = aborted.lastStableOffset();
        rows = new Rows(now.producers(), now.firsts(), now.lasts(), now.stables(), now.from(), row + 1);
    }

    /**
     * Forgets those whose marker is below an offset.
     *
     * @return true if there was one
     */
    boolean trimTo(long offset) {
        Rows now = rows;
        int from = now.at(offset);
        if (from == now.from()) {
            return false;
        }
        Rows left = new Rows(now.producers(), now.firsts(), now.lasts(), now.stables(), from, now.to());
        rows = left.size() == 0 ? NONE : left.size() < left.lasts().length / 2 ? left.moved(left.size()) : left;
        return true;
    }

    /**
     * Forgets some.
     *
     * @return true if there was one of them
     */
    boolean remove(Collection<AbortedTransaction> gone) {
        Set<AbortedTransaction> wanted = new HashSet<>(gone);
        Rows now = rows;
        AbortedTransactions left = new AbortedTransactions();
        for (int row = now.from(); row < now.to(); row++) {
            AbortedTransaction one = now.get(row);
            if (!wanted.contains(one)) {
                left.add(one);
            }
        }
        if (left.rows.size() == now.size()) {
            return false;
        }
        rows = left.rows;
        return true;
    }

    /** @return those with records in {@code from} (inclusive) to {@code to} (exclusive), by the offset of their marker */
    List<AbortedTransaction> overlapping(long from, long to) {
        Rows now = rows;
        int row = now.at(from);
        if (row == now.to()) {
            return List.of();
        }
        List<AbortedTransaction> found = new ArrayList<>();
        for (; row < now.to(); row++) {
            if (now.firsts()[row] < to) {
                found.add(now.get(row));
            }
            if (now.stables()[row] >= to) {
                break; // whatever was undecided after this one's end lies above
            }
        }
        return found;
    }

    /** @return true if the marker of any is at or above an offset */
    boolean reachTo(long offset) {
        Rows now = rows;
        return now.size() > 0 && now.lasts()[now.to() - 1] >= offset;
    }
}
