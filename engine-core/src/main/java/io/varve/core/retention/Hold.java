// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Objects;

/**
 * Pins records of a partition until it is released: they are neither deleted nor compacted away, nor is
 * anything after them deleted, for deletion is by prefix.
 *
 * @param name who or what holds; not empty
 * @param from first offset pinned, inclusive, 0 or more; it may lie above the end of the log
 * @param to offset after the last one pinned, exclusive, above {@code from}
 */
public record Hold(String name, long from, long to) {
    /** @throws IllegalArgumentException if the name is empty or no offset lies between */
    public Hold {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || from < 0 || to <= from) {
            throw new IllegalArgumentException(
                    "hold '" + name + "' of offsets " + from + " to " + to + ": needs a name, and 0 <= from < to");
        }
    }

    /**
     * @param start the log start offset
     * @return how far the start may be moved under this hold, exclusive; Long.MAX_VALUE when what it pinned
     *     is gone already
     */
    long maxStart(long start) {
        return to <= start ? Long.MAX_VALUE : Math.max(from, start);
    }
}
