// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.function.IntToLongFunction;

/** Finds segments among those a partition has. Stateless. */
public final class SegmentLookup {
    private SegmentLookup() {}

    /**
     * Finds the segment an offset lies in.
     *
     * @param offset any
     * @param count how many segments there are, at least 1
     * @param base tells the base offset of each; they ascend
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
     * Finds the segments that {@link io.varve.core.spi.PartitionStore#replace} is to replace.
     *
     * @param id names the partition in the message
     * @param present all segments, oldest first, the last one active
     * @param old those to be replaced
     * @return the index of the first of them
     * @throws StorageException MISUSE if they are none, or not a run of sealed segments among those present
     */
    public static int requireRun(PartitionId id, List<Segment> present, List<Segment> old) {
        for (int first = 0; !old.isEmpty() && first + old.size() < present.size(); first++) {
            int i = 0;
            while (i < old.size() && isSamePiece(present.get(first + i), old.get(i))) {
                i++;
            }
            if (i == old.size()) {
                return first;
            }
        }
        throw new StorageException(
                StorageException.Kind.MISUSE, id + ": replace of " + old + ": not a run of its sealed segments");
    }

    /** Their times are not compared. */
    private static boolean isSamePiece(Segment one, Segment other) {
        return one.baseOffset() == other.baseOffset()
                && one.endOffset() == other.endOffset()
                && one.bytes() == other.bytes()
                && one.sealed() == other.sealed();
    }
}
