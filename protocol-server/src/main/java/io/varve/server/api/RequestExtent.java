// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

/**
 * The estimated cost of parsing a request.
 *
 * @param elements number of elements in all arrays, and of tagged fields
 * @param heapBytes estimated bytes of heap that the parsed objects take
 * @param steps estimated number of steps to fill hash tables with the elements
 */
public record RequestExtent(int elements, long heapBytes, long steps) {
    /** Max number of elements that an event loop parses. */
    private static final int MAX_ELEMENTS_ON_LOOP = 2_000;

    private static final long MAX_STEPS_ON_LOOP = 300_000;

    /** @return true if parsing the request would block an event loop for too long */
    public boolean isLarge() {
        return elements > MAX_ELEMENTS_ON_LOOP || steps > MAX_STEPS_ON_LOOP;
    }
}
