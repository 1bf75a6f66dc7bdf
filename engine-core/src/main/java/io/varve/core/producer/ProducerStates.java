// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The idempotence state of one partition (KIP-98, KIP-360): which producers wrote, and their last five batches each. A fold
 * over batch headers: {@link #apply} is the only thing that changes it, in live appends and in replay alike.
 *
 * <p>Not thread-safe: the partition's writer owns it.
 */
public final class ProducerStates {
    private Map<Long, ProducerEntry> entries = Map.of();

    /**
     * Decides about a batch that is to be appended.
     *
     * @param buffer holds the batch
     * @param at the batch's first byte
     * @return what to do with it; ACCEPTED for batches of producers that are not idempotent
     */
    public SequenceCheck check(ByteBuffer buffer, int at) {
        long id = BatchHeader.producerId(buffer, at);
        ProducerEntry entry = id == BatchHeader.NO_PRODUCER_ID ? null : entries.get(id);
        if (entry == null) {
            // A producer not known here, or forgotten: any sequence starts it, as the client cannot know what was
            // forgotten.
            return SequenceCheck.Accepted.INSTANCE;
        }
        short epoch = BatchHeader.producerEpoch(buffer, at);
        if (epoch < entry.epoch()) {
            return new SequenceCheck.Fenced(entry.epoch());
        }
        int first = BatchHeader.baseSequence(buffer, at);
        if (epoch > entry.epoch()) {
            return first == 0 ? SequenceCheck.Accepted.INSTANCE : new SequenceCheck.OutOfOrder(0);
        }
        int last = Sequence.plus(first, BatchHeader.lastOffsetDelta(buffer, at));
        SequencedBatch original = entry.find(first, last);
        if (original != null) {
            return new SequenceCheck.Duplicate(original);
        }
        SequencedBatch newest = entry.last();
        if (newest == null || Sequence.follows(newest.lastSequence(), first)) {
            return SequenceCheck.Accepted.INSTANCE;
        }
        return new SequenceCheck.OutOfOrder(Sequence.plus(newest.lastSequence(), 1));
    }

    /**
     * Takes note of a batch that was appended, with its offsets in place.
     *
     * @param buffer holds the batch, at least its header
     * @param at the batch's first byte
     */
    public void apply(ByteBuffer buffer, int at) {
        long id = BatchHeader.producerId(buffer, at);
        int first = BatchHeader.baseSequence(buffer, at);
        if (id == BatchHeader.NO_PRODUCER_ID || first < 0) {
            return; // control batches carry a producer id but no sequence
        }
        long timestamp = BatchHeader.maxTimestamp(buffer, at);
        put(
                id,
                BatchHeader.producerEpoch(buffer, at),
                new SequencedBatch(
                        first,
                        Sequence.plus(first, BatchHeader.lastOffsetDelta(buffer, at)),
                        BatchHeader.baseOffset(buffer, at),
                        BatchHeader.lastOffset(buffer, at),
                        timestamp));
    }

    void put(long id, short epoch, SequencedBatch batch) {
        if (entries.isEmpty()) {
            entries = new HashMap<>();
        }
        ProducerEntry entry = entries.get(id);
        if (entry == null || entry.epoch() != epoch) {
            entry = new ProducerEntry(epoch, batch.timestamp());
            entries.put(id, entry);
        }
        entry.add(batch, batch.timestamp());
    }

    /**
     * Forgets producers that have been idle too long.
     *
     * @param before ms since the epoch: producers whose last record is older go
     */
    public void expire(long before) {
        if (!entries.isEmpty()) {
            entries.values().removeIf(entry -> entry.lastTimestamp() < before);
        }
    }

    /** @return number of producers remembered */
    public int size() {
        return entries.size();
    }

    Map<Long, ProducerEntry> entries() {
        return entries;
    }
}
