// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

/**
 * Estimates the steps that it takes to fill an {@code ImplicitLinkedHashCollection} of Kafka. That is a hash
 * table with linear probing; it has one slot more than twice the number of elements. When the last element is
 * added, the collection moves all elements to a larger table. Each removal reinserts the elements behind it
 * in its cluster: the time grows with the square of a cluster's length, and with its cube when keys are equal
 * or their hash codes collide.
 */
final class HashCollisionEstimate {
    /** Number of elements that never take long, whatever their keys are. */
    static final int HARMLESS = 64;

    private final int[] slots;

    /** @param elements number of elements that will be added */
    HashCollisionEstimate(int elements) {
        slots = new int[2 * elements + 1];
    }

    /** @param hash hash code of an element */
    void add(int hash) {
        slots[(hash & Integer.MAX_VALUE) % slots.length]++;
    }

    /** @return estimated number of slots probed; hardly depends on the order of the elements */
    long steps() {
        int start = slotAfterACluster();
        long steps = 0;
        long length = 0;
        long moved = 0;
        long carried = 0;
        for (int i = 0; i < slots.length; i++) {
            int here = slots[(start + i) % slots.length];
            if (carried + here > 0) {
                carried += here - 1;
                length++;
                moved += carried;
            } else {
                steps += length * (length + moved) / 2;
                length = 0;
                moved = 0;
            }
        }
        return steps + length * (length + moved) / 2;
    }

    /**
     * @return a slot that no cluster reaches into: the one behind the point where the number of elements
     *     exceeds the number of slots least
     */
    private int slotAfterACluster() {
        int at = 0;
        long sum = 0;
        long min = Long.MAX_VALUE;
        for (int slot = 0; slot < slots.length; slot++) {
            sum += slots[slot] - 1;
            if (sum < min) {
                min = sum;
                at = slot;
            }
        }
        return (at + 1) % slots.length;
    }
}
