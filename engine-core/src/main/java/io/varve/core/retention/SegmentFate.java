// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.Segment;
import java.util.List;

/**
 * Says when and why a segment will be deleted, if appends and configuration do not change that. A newest
 * timestamp in the future changes it too, if no check runs before that timestamp passes: then the timestamp
 * counts, and the segment stays until the timestamp is too old.
 *
 * @param segment the segment
 * @param cause what will delete it first
 * @param ageFromMs time from which its age counts, in ms since the epoch, or -1 when unknown
 * @param dueMs when the cause holds, obstacles aside, in ms since the epoch, or -1
 * @param goesMs when it is deleted, in ms since the epoch: by the first check at or after that time; -1 when
 *     unknown
 * @param moreBytes how many more appended bytes cause its deletion by size; 0 when there are enough,
 *     {@link #NO_SIZE_LIMIT} without a limit on size
 * @param obstacles what prevents its deletion when it is due, or may postpone it
 */
public record SegmentFate(
        Segment segment,
        DeletionCause cause,
        long ageFromMs,
        long dueMs,
        long goesMs,
        long moreBytes,
        List<Obstacle> obstacles) {
    /** The value of an unknown time. */
    public static final long UNKNOWN = -1;
    /** The value of {@link #moreBytes} where no number of bytes causes the deletion of a segment. */
    public static final long NO_SIZE_LIMIT = -1;

    /** Copies the list. */
    public SegmentFate {
        obstacles = List.copyOf(obstacles);
    }

    /**
     * @return true if its age counts from its last append, since its newest timestamp lies in the future or
     *     is missing
     */
    public boolean isByAppend() {
        return ageFromMs != UNKNOWN && ageFromMs != segment.maxTimestamp();
    }

    /**
     * @param now ms since the epoch
     * @return true if a check at that time deletes it
     */
    public boolean goesBy(long now) {
        return goesMs != UNKNOWN && goesMs <= now;
    }
}
