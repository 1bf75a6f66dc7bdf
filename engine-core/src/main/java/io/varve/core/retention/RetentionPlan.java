// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.List;

/**
 * Says what retention does with a partition, and with each of its segments.
 *
 * @param newStart the log start offset that retention requires now; the current one when no segment is to be
 *     deleted
 * @param fates the fate of every segment, oldest first
 */
public record RetentionPlan(long newStart, List<SegmentFate> fates) {
    /** Copies the list. */
    public RetentionPlan {
        fates = List.copyOf(fates);
    }

    /**
     * @param now ms since the epoch
     * @return the segments that a check at that time deletes, oldest first
     */
    public List<SegmentFate> going(long now) {
        return fates.stream().filter(fate -> fate.goesBy(now)).toList();
    }
}
