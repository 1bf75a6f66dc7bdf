// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

/** Counts sequence numbers, which run from 0 to Integer.MAX_VALUE and wrap round to 0 (KIP-98). Stateless. */
public final class SequenceNumbers {
    private SequenceNumbers() {}

    /**
     * @param from a sequence number
     * @param by how many sequences to add, 0 or more
     * @return the sequence {@code by} after {@code from}, wrapped round
     */
    public static int plus(int from, int by) {
        return (int) ((from + (long) by) & Integer.MAX_VALUE);
    }

    /** @return true if {@code next} is the sequence after {@code last} */
    static boolean follows(int last, int next) {
        return next == plus(last, 1);
    }
}
