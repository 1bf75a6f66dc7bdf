// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;

/**
 * Remembers the last batches and the transaction of one producer in one partition. A new batch must repeat
 * one of the last five, or follow the last one.
 *
 * <p>Five, because a client may have five requests in flight, and may send any of them again.
 */
final class ProducerEntry {
    /** Number of batches remembered. */
    static final int REMEMBERED = 5;
    /** The coordinator epoch before the first marker. */
    static final int NO_COORDINATOR = -1;
    /** The first offset of a transaction when none is open. */
    static final long NO_TRANSACTION = -1;

    private final ArrayDeque<SequencedBatch> batches = new ArrayDeque<>(REMEMBERED);
    private short epoch;
    private int coordinatorEpoch = NO_COORDINATOR;
    private long transactionStart = NO_TRANSACTION;
    private long lastTimestamp;
    private long activeMs;

    ProducerEntry(short epoch) {
        this.epoch = epoch;
    }

    short epoch() {
        return epoch;
    }

    /** @return epoch of the coordinator that wrote the last marker, or {@link #NO_COORDINATOR} */
    int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    /** @return first offset of the open transaction, or {@link #NO_TRANSACTION} */
    long transactionStart() {
        return transactionStart;
    }

    boolean isInTransaction() {
        return transactionStart != NO_TRANSACTION;
    }

    /**
     * @return the max timestamp of the producer's last batch or marker, in ms since the epoch, as Kafka
     *     reports it
     */
    long lastTimestamp() {
        return lastTimestamp;
    }

    /**
     * @return when the producer was active last, in ms by the caller's clock; the records' timestamps do not
     *     count
     */
    long activeMs() {
        return activeMs;
    }

    /** Counts idle time from {@code now} on. */
    void activeAt(long now) {
        activeMs = now;
    }

    /**
     * @return the newest batch of the current epoch, or null when there is none: then the next batch begins
     *     at sequence 0
     */
    SequencedBatch last() {
        return batches.peekLast();
    }

    /** @return the remembered batches of the current epoch, oldest first */
    Collection<SequencedBatch> batches() {
        return Collections.unmodifiableCollection(batches);
    }

    /** @return the remembered batch with exactly these sequences, or null */
    SequencedBatch find(int firstSequence, int lastSequence) {
        for (Iterator<SequencedBatch> newestFirst = batches.descendingIterator(); newestFirst.hasNext(); ) {
            SequencedBatch batch = newestFirst.next();
            if (batch.firstSequence() == firstSequence && batch.lastSequence() == lastSequence) {
                return batch;
            }
        }
        return null;
    }

    /** Records that the producer was active under an epoch; in a new epoch, sequences begin at 0 again. */
    void active(short under, long timestamp, long now) {
        if (under != epoch) {
            batches.clear();
            epoch = under;
        }
        lastTimestamp = timestamp;
        activeMs = now;
    }

    void add(SequencedBatch batch) {
        if (batches.size() == REMEMBERED) {
            batches.removeFirst();
        }
        batches.addLast(batch);
    }

    void begin(long offset) {
        transactionStart = offset;
    }

    void end(int coordinator) {
        transactionStart = NO_TRANSACTION;
        coordinatorEpoch = coordinator;
    }
}
