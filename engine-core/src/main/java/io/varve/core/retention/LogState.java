// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.Segment;
import java.util.List;

/**
 * Holds the state of a partition, as far as retention needs it, at one moment.
 *
 * @param segments the segments, oldest first, the last one active; never empty
 * @param startOffset first offset that is not trimmed, inclusive
 * @param highWatermark offset after the last record visible to consumers, exclusive
 */
public record LogState(List<Segment> segments, long startOffset, long highWatermark) {
    /** @throws IllegalArgumentException if there is no segment */
    public LogState {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a log has at least one segment");
        }
    }
}
