// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedSnapshot;
import io.varve.core.transaction.AbortedTransaction;
import java.util.List;

/**
 * Holds the result of a read.
 *
 * @param slice the batches; the caller closes it
 * @param logStartOffset first offset of the partition at the time of the read
 * @param highWatermark offset after the last record visible to consumers, exclusive, at the time of the read
 * @param lastStableOffset first offset of an undecided transaction, or the high watermark, exclusive, at the
 *     time of the read
 * @param aborted the partition's aborted transactions at the time of the read; {@link #abortedTransactions}
 *     returns those of the slice
 */
public record ReadResult(
        BatchSlice slice, long logStartOffset, long highWatermark, long lastStableOffset, AbortedSnapshot aborted) {
    /**
     * Finds the aborted transactions that a reader of committed records must leave out of the slice, which
     * must not be closed yet. They are the transactions known when the slice was read: compaction may have
     * removed records and transactions since.
     *
     * @param from the offset of the read, inclusive
     * @return the aborted transactions with records from there to the slice's end, in the order of their
     *     markers
     * @throws StorageException CORRUPT, RETRY
     */
    public List<AbortedTransaction> abortedTransactions(long from) {
        return aborted.reachesTo(from) ? aborted.overlapping(from, SliceEndOffset.of(slice, from)) : List.of();
    }
}
