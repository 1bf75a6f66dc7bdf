// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;

/**
 * Tells how the transactions end whose batches were fetched, as a consumer works it out that reads what is
 * committed: an aborted transaction is a producer's batches from its first offset to the next marker. Used by
 * one thread.
 */
final class TransactionFates {
    /** Of batches from the last stable offset on: their transactions, or ones before them, have not ended. */
    static final TransactionFates OPEN = new TransactionFates(List.of(), "open");

    private final Queue<AbortedTransaction> ahead =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<Long> aborting = new HashSet<>();
    private final String otherwise;

    private TransactionFates(List<AbortedTransaction> aborted, String otherwise) {
        ahead.addAll(aborted);
        this.otherwise = otherwise;
    }

    /**
     * @param aborted the aborted transactions of what was fetched, in any order; null for none
     * @return the fates of what was fetched: all below the last stable offset
     */
    static TransactionFates of(List<AbortedTransaction> aborted) {
        return new TransactionFates(aborted == null ? List.of() : aborted, "committed");
    }

    /**
     * @param bytes holds the batch
     * @param at where it begins; batches are asked for in the order of their offsets
     * @return committed, aborted or open; empty for a batch of no transaction
     */
    Optional<String> of(ByteBuffer bytes, int at) {
        if (!BatchHeader.isTransactional(bytes, at)) {
            return Optional.empty();
        }
        while (!ahead.isEmpty() && ahead.peek().firstOffset() < BatchHeader.nextOffset(bytes, at)) {
            aborting.add(ahead.remove().producerId());
        }
        long producer = BatchHeader.producerId(bytes, at);
        if (BatchHeader.isControl(bytes, at)) {
            aborting.remove(producer);
        }
        return Optional.of(aborting.contains(producer) ? "aborted" : otherwise);
    }
}
