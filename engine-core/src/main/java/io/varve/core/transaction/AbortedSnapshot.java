// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds the aborted transactions of a partition at one time, in the order of their markers:
 * {@link #overlapping} is the aborted list of a fetch. Thread-safe: the rows before {@code to} never change,
 * new rows are written behind them.
 */
public final class AbortedSnapshot {
    /** No transaction was aborted. */
    public static final AbortedSnapshot NONE = new AbortedSnapshot(new long[4][0], 0, 0);

    private static final int PRODUCER = 0;
    private static final int FIRST = 1;
    private static final int LAST = 2;
    private static final int STABLE = 3;

    private final long[][] columns;
    private final int from;
    private final int to;

    private AbortedSnapshot(long[][] columns, int from, int to) {
        this.columns = columns;
        this.from = from;
        this.to = to;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    long lastOffset(int row) {
        return columns[LAST][row];
    }

    AbortedTransaction get(int row) {
        return new AbortedTransaction(
                columns[PRODUCER][row], columns[FIRST][row], columns[LAST][row], columns[STABLE][row]);
    }

    /** @return the first row whose marker is at or above an offset */
    int at(long offset) {
        int found = Arrays.binarySearch(columns[LAST], from, to, offset);
        return found < 0 ? -found - 1 : found;
    }

    /** @return a snapshot with one more row; this snapshot must be the newest */
    AbortedSnapshot with(AbortedTransaction aborted, int minCapacity) {
        AbortedSnapshot extensible =
                to < columns[LAST].length ? this : moved(Math.max(minCapacity, Math.multiplyExact(to - from, 2)));
        int row = extensible.to;
        extensible.columns[PRODUCER][row] = aborted.producerId();
        extensible.columns[FIRST][row] = aborted.firstOffset();
        extensible.columns[LAST][row] = aborted.lastOffset();
        extensible.columns[STABLE][row] = aborted.lastStableOffset();
        return new AbortedSnapshot(extensible.columns, extensible.from, row + 1);
    }

    /** @return a snapshot without the rows before {@code row}; releases their memory if that is much */
    AbortedSnapshot startingAt(int row) {
        AbortedSnapshot left = new AbortedSnapshot(columns, row, to);
        if (row == to) {
            return NONE;
        }
        return to - row < columns[LAST].length / 2 ? left.moved(to - row) : left;
    }

    private AbortedSnapshot moved(int capacity) {
        long[][] moved = new long[columns.length][];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = Arrays.copyOfRange(columns[i], from, from + capacity);
        }
        return new AbortedSnapshot(moved, 0, to - from);
    }

    /**
     * @param offset first offset of the range, inclusive
     * @param end end of the range, exclusive
     * @return the transactions with records in that range, by the offset of their marker
     */
    public List<AbortedTransaction> overlapping(long offset, long end) {
        int row = at(offset);
        if (row == to) {
            return List.of();
        }
        List<AbortedTransaction> found = new ArrayList<>();
        for (; row < to; row++) {
            if (columns[FIRST][row] < end) {
                found.add(get(row));
            }
            if (columns[STABLE][row] >= end) {
                break; // transactions that were undecided after this one's end begin above
            }
        }
        return found;
    }

    /**
     * @param offset an offset
     * @return whether any of the transactions ends at or above it
     */
    public boolean reachesTo(long offset) {
        return to > from && columns[LAST][to - 1] >= offset;
    }
}
