// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import io.varve.core.log.read.SliceHeaders;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.transaction.AbortedTransaction;
import java.util.Arrays;
import java.util.List;

/** The offsets of the batches of a slice that was read for a share group. Not thread-safe. */
public final class FetchedBatches {
    private static final int INITIAL = 16;

    private long[] firsts = new long[INITIAL];
    private long[] lasts = new long[INITIAL];
    private int[] positions = new int[INITIAL + 1];
    private boolean[] aborted = new boolean[INITIAL];
    private int count;

    /**
     * Reads the headers of a slice, up to the batch that has an offset.
     *
     * @param slice whole batches, at least one
     * @param enough no batch behind the one with this offset is needed
     * @param transactions the aborted transactions whose records are not delivered; none for a group that
     *     reads uncommitted records
     * @return the offsets of the batches
     */
    public static FetchedBatches of(BatchSlice slice, long enough, List<AbortedTransaction> transactions) {
        FetchedBatches batches = new FetchedBatches();
        SliceHeaders.forEach(slice, (header, at, position) -> {
            long first = BatchHeader.baseOffset(header, at);
            boolean gone = BatchHeader.isTransactional(header, at)
                    && !BatchHeader.isControl(header, at)
                    && isAborted(transactions, BatchHeader.producerId(header, at), first);
            long last = BatchHeader.lastOffset(header, at);
            batches.add(first, last, position, gone);
            batches.positions[batches.count] = position + BatchHeader.sizeInBytes(header, at);
            return last < enough;
        });
        return batches;
    }

    private static boolean isAborted(List<AbortedTransaction> transactions, long producer, long offset) {
        for (AbortedTransaction one : transactions) {
            if (one.producerId() == producer && one.firstOffset() <= offset && offset <= one.lastOffset()) {
                return true;
            }
        }
        return false;
    }

    /** Adds a batch behind the last one. */
    void add(long first, long last, int position, boolean isAborted) {
        if (count == firsts.length) {
            int larger = 2 * count;
            firsts = Arrays.copyOf(firsts, larger);
            lasts = Arrays.copyOf(lasts, larger);
            positions = Arrays.copyOf(positions, larger + 1);
            aborted = Arrays.copyOf(aborted, larger);
        }
        firsts[count] = first;
        lasts[count] = last;
        positions[count] = position;
        aborted[count] = isAborted;
        count++;
    }

    /** @return number of batches */
    int count() {
        return count;
    }

    /** @return first offset of a batch, inclusive */
    long first(int batch) {
        return firsts[batch];
    }

    /** @return last offset of a batch, inclusive */
    long last(int batch) {
        return lasts[batch];
    }

    /** @return true if the records of a batch belong to an aborted transaction */
    boolean isAborted(int batch) {
        return aborted[batch];
    }

    /** @return last offset of the batch that has an offset; the offset itself if none has it */
    long endOfBatch(long offset) {
        int batch = batchAtOrBefore(offset);
        return batch >= 0 && lasts[batch] >= offset ? lasts[batch] : offset;
    }

    /** @return index of the last batch that begins at or before an offset; -1 if all begin behind it */
    private int batchAtOrBefore(long offset) {
        int at = Arrays.binarySearch(firsts, 0, count, offset);
        return at >= 0 ? at : -at - 2;
    }

    /**
     * @param offset an offset of these batches
     * @return index in the slice of the first byte to send so that the offset is in it
     */
    public int positionOf(long offset) {
        return positions[Math.max(0, batchAtOrBefore(offset))];
    }

    /**
     * @param offset an offset of these batches
     * @return index in the slice after the last byte to send so that the offset is in it
     */
    public int endPositionOf(long offset) {
        return positions[batchAtOrBefore(offset) + 1];
    }
}
