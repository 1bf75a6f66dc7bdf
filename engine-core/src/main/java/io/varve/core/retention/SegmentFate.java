// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.Segment;
import java.util.List;

/**
 * What will become of a segment, if nothing is appended and nothing is configured otherwise meanwhile, and
 * if a check comes before its newest timestamp does where that lies in the future: afterwards the timestamp
 * counts, and the segment stays until that is too old.
 *
 * @param segment the segment
 * @param cause what will remove it first
 * @param ageFromMs when its age counts from, in ms since the epoch, or -1 when that is not known
 * @param dueMs when the cause holds for the segment by itself, in ms since the epoch, or -1
 * @param goesMs when it goes, in ms since the epoch: with the first check at or after that, and not before;
 *     -1 when no time can be told
 * @param moreBytes how many more bytes appended would make it go by size; 0 when there are enough,
 *     {@link #NO_SIZE_LIMIT} where size does not matter
 * @param obstacles what keeps it from going when it is due, or may put it off
 */
public record SegmentFate(
        Segment segment,
        DeletionCause cause,
        long ageFromMs,
        long dueMs,
        long goesMs,
        long moreBytes,
        List<Obstacle> obstacles) {
    /** The value of a time that cannot be told. */
    public static final long UNKNOWN = -1;
    /** The value of {@link #moreBytes} where no number of bytes makes a segment go. */
    public static final long NO_SIZE_LIMIT = -1;

    /** Copies the list. */
    public SegmentFate {
        obstacles = List.copyOf(obstacles);
    }

    /**
     * @return true if its age counts from its last append, for its newest timestamp lies in the future or
     *     there is none
     */
    public boolean isByAppend() {
        return ageFromMs != UNKNOWN && ageFromMs != segment.maxTimestamp();
    }

    /**
     * @param now ms since the epoch
     * @return true if a check at that time removes it
     */
    public boolean goesBy(long now) {
        return goesMs != UNKNOWN && goesMs <= now;
    }
}
