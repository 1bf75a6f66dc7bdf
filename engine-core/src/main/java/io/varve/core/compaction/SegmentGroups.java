// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups neighbouring segments that are cleaned into one segment, so that a compacted log does not end up as
 * many small segments. Stateless.
 */
final class SegmentGroups {
    /** The larger of an offset index entry, 8 bytes, and a time index entry, 12 bytes. */
    private static final int INDEX_ENTRY_BYTES = 12;

    private SegmentGroups() {}

    /**
     * @param segments adjacent, oldest first
     * @param limits the topic's limits: a group's bytes and index entries before cleaning stay within them,
     *     unless one segment alone exceeds them
     * @return all segments, in groups of at least one
     */
    static List<List<Segment>> of(List<Segment> segments, SegmentLimits limits) {
        List<List<Segment>> groups = new ArrayList<>();
        List<Segment> group = new ArrayList<>();
        long bytes = 0;
        long index = 0;
        for (Segment segment : segments) {
            long indexBytes = indexBytes(segment, limits);
            boolean fits = bytes + segment.bytes() <= limits.segmentBytes()
                    && index + indexBytes <= limits.indexMaxBytes()
                    && (segment.bytes() == 0 || spans(group, segment) <= Integer.MAX_VALUE);
            if (!group.isEmpty() && !fits) {
                groups.add(List.copyOf(group));
                group.clear();
                bytes = 0;
                index = 0;
            }
            group.add(segment);
            bytes += segment.bytes();
            index += indexBytes;
        }
        if (!group.isEmpty()) {
            groups.add(List.copyOf(group));
        }
        return groups;
    }

    /** Counts the offsets a group would span: offsets within a segment file are relative, in 32 bits. */
    private static long spans(List<Segment> group, Segment next) {
        return group.isEmpty() ? 0 : next.endOffset() - 1 - group.get(0).baseOffset();
    }

    /**
     * Bounds a segment's index: a backend's index has at most one entry for each interval of bytes, or none.
     */
    private static long indexBytes(Segment segment, SegmentLimits limits) {
        return segment.bytes() / Math.max(1, limits.indexIntervalBytes()) * INDEX_ENTRY_BYTES;
    }
}
