// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Objects;

/**
 * Pins records of a partition until the hold is released: they are neither deleted nor compacted away. No
 * record after them is deleted, since deletion is by prefix.
 *
 * @param name the holder's name; not empty
 * @param from first offset pinned, inclusive, 0 or more; it may lie above the end of the log
 * @param to end of the pinned offsets, exclusive, above {@code from}
 */
public record Hold(String name, long from, long to) {
    /** @throws IllegalArgumentException if the name is empty or the range has no offset */
    public Hold {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || from < 0 || to <= from) {
            throw new IllegalArgumentException(
                    "hold '" + name + "' of offsets " + from + " to " + to + ": needs a name, and 0 <= from < to");
        }
    }

    /**
     * @param start the log start offset
     * @return the highest start offset this hold allows, inclusive; Long.MAX_VALUE when the pinned records
     *     are gone already
     */
    long maxStart(long start) {
        return to <= start ? Long.MAX_VALUE : Math.max(from, start);
    }
}
