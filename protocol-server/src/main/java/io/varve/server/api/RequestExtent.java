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
    /** A request of more elements than this is parsed on a worker thread. */
    private static final int MAX_ELEMENTS_ON_LOOP = 2_000;

    private static final long MAX_STEPS_ON_LOOP = 300_000;

    /** @return true if parsing takes longer than an event loop may stand still */
    public boolean isLarge() {
        return elements > MAX_ELEMENTS_ON_LOOP || steps > MAX_STEPS_ON_LOOP;
    }
}
