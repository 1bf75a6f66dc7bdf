// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.function.IntToLongFunction;

/** Finds segments of a partition. Stateless. */
public final class SegmentLookup {
    private SegmentLookup() {}

    /**
     * Finds the segment that holds an offset.
     *
     * @param offset any offset
     * @param count number of segments, at least 1
     * @param base returns the base offset of each segment by its index, ascending
     * @return the index of the last segment whose base is at most {@code offset}, or 0
     */
    public static int indexOf(long offset, int count, IntToLongFunction base) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (base.applyAsLong(middle) <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * Finds the segments for a {@link io.varve.core.spi.PartitionStore#replace}.
     *
     * @param id names the partition in the message
     * @param present all segments, oldest first, the last one active
     * @param old the segments to replace
     * @return the index of the first of them
     * @throws StorageException MISUSE if {@code old} is empty, or not a run of present sealed segments
     */
    public static int requireRun(PartitionId id, List<Segment> present, List<Segment> old) {
        for (int first = 0; !old.isEmpty() && first + old.size() < present.size(); first++) {
            int i = 0;
            while (i < old.size() && present.get(first + i).isSamePieceAs(old.get(i))) {
                i++;
            }
            if (i == old.size()) {
                return first;
            }
        }
        throw new StorageException(
                StorageException.Kind.MISUSE, id + ": replace of " + old + ": not a run of its sealed segments");
    }
}
