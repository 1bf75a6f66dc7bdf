// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * The present and former ids and epochs of the producer behind a transactional id. They tell its retries
 * from zombies. Immutable.
 *
 * @param id its producer id
 * @param epoch its epoch; -1 before it was given one
 * @param lastEpoch the epoch before this one if the same owner raised it, so that a retry of that owner is
 *     recognized; else -1, and all older epochs are fenced
 * @param previousId the producer id before the last change
 * @param nextId the producer id that follows when the transaction is complete, if this id's epochs are used
 *     up; else -1
 */
record ProducerHistory(long id, short epoch, short lastEpoch, long previousId, long nextId) {
    /** @return a producer that has an id and no epoch yet */
    static ProducerHistory created(long id) {
        return new ProducerHistory(
                id,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_ID);
    }

    /**
     * Tells whether only the last epoch is left. No producer gets the last epoch: it is reserved for
     * fencing.
     */
    static boolean isExhausted(short epoch) {
        return epoch >= Short.MAX_VALUE - 1;
    }

    boolean isExhausted() {
        return isExhausted(epoch);
    }

    /** @return the history after a change that keeps id and epochs */
    ProducerHistory kept() {
        return new ProducerHistory(id, epoch, lastEpoch, id, nextId);
    }

    /**
     * @param next the producer id that follows when the transaction is complete, or -1
     * @return the history in the next epoch, with the present one as the last
     */
    ProducerHistory bumped(long next) {
        // The very last epoch must not overflow: an abort keeps it.
        short bumped = epoch == Short.MAX_VALUE ? epoch : (short) (epoch + 1);
        return new ProducerHistory(id, bumped, epoch, id, next);
    }

    /** @return the history with these epochs */
    ProducerHistory withEpochs(short now, short last) {
        return new ProducerHistory(id, now, last, id, RecordBatch.NO_PRODUCER_ID);
    }

    /** @return the history under a new producer id, in epoch 0 */
    ProducerHistory rotated(long newId, short last) {
        return new ProducerHistory(newId, (short) 0, last, id, RecordBatch.NO_PRODUCER_ID);
    }

    ProducerEpoch now() {
        return new ProducerEpoch(id, epoch);
    }
}
