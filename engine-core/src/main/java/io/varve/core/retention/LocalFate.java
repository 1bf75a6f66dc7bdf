// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.List;

/**
 * Says when and why the local copy of a segment will be dropped, if appends, uploads and configuration do not
 * change that. Its records stay readable from the remote tier.
 *
 * @param cause what will drop it first: TIME for {@code local.retention.ms}, SIZE for
 *     {@code local.retention.bytes}; or the cause that deletes the whole segment before; NONE also where
 *     there is no local copy
 * @param dueMs when the cause holds, obstacles aside, in ms since the epoch, or -1
 * @param goesMs when it is dropped, in ms since the epoch: by the first check at or after that time; -1 when
 *     unknown, or where there is no local copy
 * @param moreBytes how many more appended bytes cause its drop by size; 0 when there are enough,
 *     {@link SegmentFate#NO_SIZE_LIMIT} without a limit on size
 * @param obstacles what prevents its drop when it is due, or may postpone it
 */
public record LocalFate(DeletionCause cause, long dueMs, long goesMs, long moreBytes, List<Obstacle> obstacles) {
    /** The fate where there is no local copy any more. */
    public static final LocalFate GONE = new LocalFate(
            DeletionCause.NONE, SegmentFate.UNKNOWN, SegmentFate.UNKNOWN, SegmentFate.NO_SIZE_LIMIT, List.of());

    /** Copies the list. */
    public LocalFate {
        obstacles = List.copyOf(obstacles);
    }

    /**
     * @param now ms since the epoch
     * @return true if a check at that time drops it
     */
    public boolean goesBy(long now) {
        return goesMs != SegmentFate.UNKNOWN && goesMs <= now;
    }
}
