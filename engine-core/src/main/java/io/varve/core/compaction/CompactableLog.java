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

/** A partition as compaction sees it. Thread-safe. */
public interface CompactableLog {
    /** @return the batches underneath, to read, and to keep how far they are clean with */
    PartitionStore store();

    /** @return the topic's settings about compaction */
    CompactionLimits compaction();

    /** @return where segments end */
    SegmentLimits segmentLimits();

    /**
     * @return end of what may be cleaned, exclusive: the first offset that is not decided for good, or that
     *     a hold pins
     */
    long cleanableEnd();

    /**
     * @param from first offset, inclusive
     * @param to end, exclusive
     * @return the aborted transactions with records or their marker in that range
     */
    List<AbortedTransaction> abortedTransactions(long from, long to);

    /** @return the producers whose last sequence or epoch is to be kept */
    List<ProducerInfo> activeProducers();

    /**
     * Writes down what is known of producers and transactions, as far as the log reaches now: a start after
     * a crash must not have to learn it from what is cleaned next.
     *
     * @throws io.varve.core.spi.StorageException FULL, FENCED, CLOSED
     */
    void saveProducerState();

    /**
     * Puts cleaned batches in place of segments, while appends, reads and trims go on.
     *
     * @param old sealed, adjacent segments
     * @param cleaned what is to stand in their place
     * @param gone what is to be forgotten then: aborted transactions of which no record is left; asked once
     *     {@code cleaned} is through. It is forgotten for good before the next call changes anything, since
     *     that may drop their markers
     * @throws io.varve.core.spi.StorageException as {@link PartitionStore#replace}
     */
    void replace(
            List<Segment> old, BatchSource cleaned, java.util.function.Supplier<Collection<AbortedTransaction>> gone);
}
