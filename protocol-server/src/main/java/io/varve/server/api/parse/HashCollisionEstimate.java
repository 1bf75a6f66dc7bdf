// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.parse;

/**
 * Foresees what it takes to fill one of Kafka's {@code ImplicitLinkedHashCollection}s: hash tables with
 * linear probing of twice as many slots as elements, and one, which are filled and then, at their last
 * element, emptied into a larger one. Each element taken out makes all that stand behind it in its cluster be
 * seated anew, so that time grows with the square of a cluster's length, and with its cube when its keys are
 * equal or their hash codes collide.
 */
final class HashCollisionEstimate {
    /** So many elements cannot take long, whatever their keys are. */
    static final int HARMLESS = 64;

    private final int[] slots;

    /** @param elements how many will be added */
    HashCollisionEstimate(int elements) {
        slots = new int[2 * elements + 1];
    }

    void add(int hash) {
        slots[(hash & Integer.MAX_VALUE) % slots.length]++;
    }

    /** @return about how many slots are looked at, which hardly depends on the order of the elements */
    long steps() {
        int start = behindTheLastCluster();
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
     * @return a slot into which no cluster reaches: the one after which fewest elements were met for the
     *     slots passed
     */
    private int behindTheLastCluster() {
        int at = 0;
        long sum = 0;
        long least = Long.MAX_VALUE;
        for (int slot = 0; slot < slots.length; slot++) {
            sum += slots[slot] - 1;
            if (sum < least) {
                least = sum;
                at = slot;
            }
        }
        return (at + 1) % slots.length;
    }
}
