// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.RecordIterator;
import io.varve.core.transaction.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Tells how the transactions ended that a walk through a partition meets, in ascending order of offsets:
 * which batches were aborted, and which markers are not needed any more. Semantics: Kafka's
 * CleanedTransactionMetadata. Not thread-safe.
 */
final class TransactionOutcomes {
    private static final int MAX_CONTROL_BYTES = 1 << 20;

    /** Says whether a marker must stay, and why. */
    enum Marker {
        /** The walk met records of its transaction. */
        NEEDED,
        /**
         * The walk met no records of its transaction, but the aborted list of a fetch still has it, and
         * readers look for its end.
         */
        ANNOUNCED,
        /** The walk met no records of its transaction, and no aborted list has it. */
        IDLE
    }

    /** Holds an aborted transaction whose marker the walk has not met yet. */
    private static final class Aborted {
        final AbortedTransaction transaction;
        boolean dataSeen;

        Aborted(AbortedTransaction transaction) {
            this.transaction = transaction;
        }
    }

    private final PriorityQueue<AbortedTransaction> ahead =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<AbortedTransaction> known = new HashSet<>();
    private final Map<Long, Aborted> aborting = new HashMap<>();
    /** Producers with committed records since their last marker. */
    private final Set<Long> committing = new HashSet<>();

    private List<AbortedTransaction> gone = new ArrayList<>();

    /** Adds the aborted transactions of the next range; a repeated one is ignored. */
    void expect(Collection<AbortedTransaction> aborted) {
        for (AbortedTransaction transaction : aborted) {
            if (known.add(transaction)) {
                ahead.add(transaction);
            }
        }
    }

    /**
     * Takes a batch of records.
     *
     * @return true if it belongs to an aborted transaction
     */
    boolean onData(ByteBuffer buffer, int at) {
        meet(BatchHeader.lastOffset(buffer, at));
        if (!BatchHeader.isTransactional(buffer, at)) {
            return false;
        }
        long producer = BatchHeader.producerId(buffer, at);
        Aborted aborted = aborting.get(producer);
        if (aborted == null) {
            committing.add(producer);
            return false;
        }
        aborted.dataSeen = true;
        return true;
    }

    /**
     * Takes a control batch.
     *
     * @return why the marker must stay, or {@link Marker#IDLE}
     */
    Marker onMarker(ByteBuffer buffer, int at) {
        meet(BatchHeader.lastOffset(buffer, at));
        long producer = BatchHeader.producerId(buffer, at);
        try (RecordIterator records = RecordIterator.of(buffer, at, MAX_CONTROL_BYTES)) {
            if (!records.next()) {
                return Marker.IDLE; // emptied by an earlier cleaning; its producer or its offset needs it
            }
            ControlType type = records.controlType();
            if (type == ControlType.COMMIT) {
                return committing.remove(producer) ? Marker.NEEDED : Marker.IDLE;
            }
            return type == ControlType.ABORT ? onAbort(aborting.remove(producer)) : Marker.NEEDED;
        }
    }

    private Marker onAbort(Aborted aborted) {
        if (aborted == null) {
            return Marker.IDLE;
        }
        if (aborted.dataSeen) {
            return Marker.NEEDED;
        }
        gone.add(aborted.transaction);
        return Marker.ANNOUNCED;
    }

    /** @return aborted transactions that ended since the last call and of which the walk met no records */
    List<AbortedTransaction> takeGone() {
        List<AbortedTransaction> taken = gone;
        gone = new ArrayList<>();
        return taken;
    }

    private void meet(long offset) {
        while (!ahead.isEmpty() && ahead.peek().firstOffset() <= offset) {
            AbortedTransaction transaction = ahead.remove();
            aborting.putIfAbsent(transaction.producerId(), new Aborted(transaction));
        }
    }
}
