// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.Segment;
import io.varve.core.spi.support.SegmentLookup;
import java.util.ArrayList;
import java.util.List;

/**
 * The committed state of a partition at one moment, which a read uses.
 *
 * @param start first offset kept
 * @param committedEnd offset after the last batch committed
 * @param segments the committed segments, ascending; neither the array nor its elements change
 * @param edits the partition's count of truncations, replacements and emptyings: each makes earlier views
 *     invalid
 */
record CommittedView(long start, long committedEnd, LmdbSegment[] segments, long edits) {
    /** @return offset after the last batch that can be read */
    long readableEnd() {
        return Math.max(start, committedEnd);
    }

    /** @return index of the segment that holds an offset */
    int indexOf(long offset) {
        return indexOf(segments, offset);
    }

    static int indexOf(LmdbSegment[] segments, long offset) {
        return SegmentLookup.indexOf(offset, segments.length, i -> segments[i].base);
    }

    /** @return the segments as the SPI describes them */
    List<Segment> segmentList() {
        List<Segment> list = new ArrayList<>(segments.length);
        for (int i = 0; i < segments.length; i++) {
            LmdbSegment segment = segments[i];
            boolean sealed = i + 1 < segments.length;
            list.add(new Segment(
                    segment.base,
                    sealed ? endOf(i) : readableEnd(),
                    segment.bytes,
                    segment.maxTimestamp,
                    segment.lastAppendMs,
                    sealed,
                    Segment.Tier.LOCAL));
        }
        return list;
    }

    /** @return end offset of a segment, exclusive; Long.MAX_VALUE for the last one */
    long endOf(int index) {
        return index + 1 < segments.length ? segments[index + 1].base : Long.MAX_VALUE;
    }
}
