// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * The present and former ids and epochs of the producer behind a transactional id. They tell its retries from
 * zombies. Immutable.
 *
 * @param id its producer id
 * @param epoch its epoch; -1 before it was given one
 * @param lastEpoch the epoch before, when its owner raised it and may ask again, else -1: then older epochs
 *     are fenced
 * @param previousId the producer id before the last change
 * @param nextId the producer id to go on with when the transaction is complete, as this one's epochs are used
 *     up; else -1
 */
record ProducerHistory(long id, short epoch, short lastEpoch, long previousId, long nextId) {
    /** A producer that has an id and was given no epoch yet. */
    static ProducerHistory created(long id) {
        return new ProducerHistory(
                id,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_ID);
    }

    /**
     * Tells whether only the last epoch is left, which no producer gets, so that there is always one to fence
     * with.
     */
    static boolean isExhausted(short epoch) {
        return epoch >= Short.MAX_VALUE - 1;
    }

    boolean isExhausted() {
        return isExhausted(epoch);
    }

    /** @return the same, after a change that leaves epochs alone */
    ProducerHistory kept() {
        return new ProducerHistory(id, epoch, lastEpoch, id, nextId);
    }

    /** @return with the next epoch, the present one as the last */
    ProducerHistory bumped(long next) {
        // At the very last epoch nothing may overflow: an abort then goes through as it is.
        short bumped = epoch == Short.MAX_VALUE ? epoch : (short) (epoch + 1);
        return new ProducerHistory(id, bumped, epoch, id, next);
    }

    /** @return with these epochs */
    ProducerHistory withEpochs(short now, short last) {
        return new ProducerHistory(id, now, last, id, RecordBatch.NO_PRODUCER_ID);
    }

    /** @return under a new producer id, from epoch 0 on */
    ProducerHistory rotated(long newId, short last) {
        return new ProducerHistory(newId, (short) 0, last, id, RecordBatch.NO_PRODUCER_ID);
    }

    ProducerEpoch now() {
        return new ProducerEpoch(id, epoch);
    }
}
