// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

/**
 * What parsing a request will make of it.
 *
 * @param elements elements of all its arrays, and tagged fields
 * @param heapBytes about how many bytes its objects will take
 * @param steps about how many steps it takes to fill hash tables with its elements
 */
public record RequestExtent(int elements, long heapBytes, long steps) {
    private static final long MANY_STEPS = 300_000;

    /** @return true if parsing takes longer than an event loop may stand still */
    public boolean isLarge() {
        return elements > ApiPolicy.MANY || steps > MANY_STEPS;
    }
}
