// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.file.segment.FileSegment;

/**
 * Where a reader goes on that has read up to an offset, so that it need not search: most readers read in
 * order. Bytes of a segment below its end do not change, so a position that was right stays right.
 *
 * @param segment the segment that was read
 * @param offset the offset
 * @param position first byte of the first batch that is not below the offset, or the end of what there was
 */
record NextRead(FileSegment segment, long offset, int position) {
    /**
     * @param readable end of the segment's batches, in bytes, exclusive
     * @return true if this is where to read {@code from} in the segment
     */
    boolean isOf(FileSegment other, long from, int readable) {
        return segment == other && offset == from && position < readable;
    }
}
