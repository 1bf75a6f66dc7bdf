// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.support.SegmentLookup;

/**
 * What a read goes by: a partition as it was committed at some moment.
 *
 * @param start first offset kept
 * @param committedEnd offset after the last batch committed
 * @param segments as committed, ascending; neither the array nor what is in it changes any more
 * @param edits the partition's count of what invalidates this: truncations, replacements, emptyings
 */
record CommittedView(long start, long committedEnd, LmdbSegment[] segments, long edits) {
    /** @return offset after the last batch that can be read */
    long readableEnd() {
        return Math.max(start, committedEnd);
    }

    /** @return index of the segment an offset lies in */
    int indexOf(long offset) {
        return indexOf(segments, offset);
    }

    static int indexOf(LmdbSegment[] segments, long offset) {
        return SegmentLookup.indexOf(offset, segments.length, i -> segments[i].base);
    }

    /** @return where a segment ends, exclusive; nowhere for the last one */
    long endOf(int index) {
        return index + 1 < segments.length ? segments[index + 1].base : Long.MAX_VALUE;
    }
}
