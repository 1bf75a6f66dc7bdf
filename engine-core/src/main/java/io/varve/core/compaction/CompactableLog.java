// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.producer.ProducerInfo;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.transaction.AbortedTransaction;
import java.util.Collection;
import java.util.List;

/** Gives compaction access to a partition. Thread-safe. */
public interface CompactableLog {
    /** @return the partition's store: to read its batches, and to write the cleaner's checkpoint */
    PartitionStore store();

    /** @return the topic's compaction settings */
    CompactionLimits compaction();

    /** @return where segments end */
    SegmentLimits segmentLimits();

    /**
     * @return end of the part that may be cleaned, exclusive: the last stable offset, or a lower offset that
     *     a hold pins
     */
    long cleanableEnd();

    /**
     * @param from first offset, inclusive
     * @param to end of the range, exclusive
     * @return the aborted transactions with records or their marker in that range
     */
    List<AbortedTransaction> abortedTransactions(long from, long to);

    /** @return the producers whose last sequence or epoch must be kept */
    List<ProducerInfo> activeProducers();

    /**
     * Writes a snapshot of producers and transactions at the current log end: a start after a crash must not
     * depend on batches that are cleaned next.
     *
     * @throws io.varve.core.spi.StorageException FULL, FENCED, CLOSED
     */
    void saveProducerState();

    /**
     * Replaces segments by cleaned batches, while appends, reads and trims continue.
     *
     * @param old sealed, adjacent segments
     * @param cleaned the batches that replace them
     * @param gone gives the aborted transactions of which no record is left; called once, after the last
     *     batch of {@code cleaned}. They are forgotten durably before the next call changes anything, since
     *     that call may drop their markers
     * @throws io.varve.core.spi.StorageException as {@link PartitionStore#replace}
     */
    void replace(
            List<Segment> old, BatchSource cleaned, java.util.function.Supplier<Collection<AbortedTransaction>> gone);
}
