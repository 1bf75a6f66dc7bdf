// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;

/**
 * What one producer did last in one partition. A batch has to repeat one of the last five, or follow the last one.
 *
 * <p>Five, because a client may have five requests in flight: any of them can be sent again.
 */
final class ProducerEntry {
    /** How many batches are remembered. */
    static final int REMEMBERED = 5;

    private final ArrayDeque<SequencedBatch> batches = new ArrayDeque<>(REMEMBERED);
    private final short epoch;
    private long lastTimestamp;

    ProducerEntry(short epoch, long timestamp) {
        this.epoch = epoch;
        this.lastTimestamp = timestamp;
    }

    short epoch() {
        return epoch;
    }

    /** @return when the producer last wrote, ms since the epoch */
    long lastTimestamp() {
        return lastTimestamp;
    }

    /** @return the newest batch, or null when none is remembered */
    SequencedBatch last() {
        return batches.peekLast();
    }

    /** @return the remembered batches, oldest first; one at least */
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

    void add(SequencedBatch batch, long now) {
        if (batches.size() == REMEMBERED) {
            batches.removeFirst();
        }
        batches.addLast(batch);
        lastTimestamp = now;
    }
}
