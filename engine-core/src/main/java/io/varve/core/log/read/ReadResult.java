// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedSnapshot;
import io.varve.core.transaction.AbortedTransaction;
import java.util.List;

/**
 * Holds what a read returned.
 *
 * @param slice the batches; the caller closes it
 * @param logStartOffset first offset of the partition at that moment
 * @param highWatermark offset after the last record shown to consumers, exclusive, at that moment
 * @param lastStableOffset first offset of an undecided transaction, or the high watermark, exclusive, at that
 *     moment
 * @param aborted the partition's aborted transactions at that moment; those of the slice are given by
 *     {@link #abortedTransactions}
 */
public record ReadResult(
        BatchSlice slice, long logStartOffset, long highWatermark, long lastStableOffset, AbortedSnapshot aborted) {
    /**
     * Finds the aborted transactions that a reader of committed records must leave out of the slice, which
     * must not be closed yet. They are the transactions known when the slice was read: compaction may have
     * removed records and transactions since.
     *
     * @param from the offset that was read at, inclusive
     * @return those with records from there to the slice's end, by the offset of their marker
     * @throws StorageException CORRUPT, RETRY
     */
    public List<AbortedTransaction> abortedTransactions(long from) {
        return aborted.reachesTo(from) ? aborted.overlapping(from, SliceEndOffset.of(slice, from)) : List.of();
    }
}
