// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

import java.util.Map;

/**
 * The last stable offsets of all partitions, each read at some moment between two times.
 *
 * @param before the earlier time, by the clock of the {@link Attempt}s
 * @param after the later time
 * @param ends last stable offset by partition, exclusive
 */
public record StableOffsets(long before, long after, Map<Integer, Long> ends) {
    /** Keeps a copy of the map. */
    public StableOffsets {
        ends = Map.copyOf(ends);
    }
}
