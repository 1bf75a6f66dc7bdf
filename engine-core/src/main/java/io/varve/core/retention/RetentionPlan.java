// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.List;

/**
 * What retention does with a partition, and with each of its segments.
 *
 * @param newStart the log start offset it calls for now; the present one when nothing is to go
 * @param fates every segment's, oldest first
 */
public record RetentionPlan(long newStart, List<SegmentFate> fates) {
    /** Copies the list. */
    public RetentionPlan {
        fates = List.copyOf(fates);
    }

    /**
     * @param now ms since the epoch
     * @return the segments that a check at that time removes, oldest first
     */
    public List<SegmentFate> going(long now) {
        return fates.stream().filter(fate -> fate.goesBy(now)).toList();
    }
}
