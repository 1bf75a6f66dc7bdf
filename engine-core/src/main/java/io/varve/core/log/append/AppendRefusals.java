// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.append;

import io.varve.core.producer.SequenceVerdict;
import io.varve.core.spi.PartitionId;

/**
 * Makes the exception that refuses an append because of its producer's sequence, epoch or transaction.
 * Stateless.
 */
public final class AppendRefusals {
    private AppendRefusals() {}

    /**
     * @param verdict neither accepted nor a duplicate
     * @param id the partition
     * @param producer id of the producer whose batch or marker it is
     * @param epoch its epoch
     * @param what names the batch or marker in the message
     * @return the exception, of the kind that matches the verdict
     */
    public static AppendException of(SequenceVerdict verdict, PartitionId id, long producer, short epoch, String what) {
        String who = "producer " + producer + " of epoch " + epoch + " sent " + what + " to " + id;
        if (verdict instanceof SequenceVerdict.Fenced fenced) {
            return new AppendException(
                    AppendException.Kind.INVALID_PRODUCER_EPOCH,
                    who + ", where epoch " + fenced.current() + " has written");
        }
        if (verdict instanceof SequenceVerdict.OutOfOrder outOfOrder) {
            return new AppendException(
                    AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    who + ", where sequence " + outOfOrder.expected() + " comes next");
        }
        if (verdict instanceof SequenceVerdict.WrongTransaction wrong) {
            return new AppendException(AppendException.Kind.INVALID_TXN_STATE, who + ": " + wrong.why());
        }
        if (verdict instanceof SequenceVerdict.CoordinatorFenced fenced) {
            return new AppendException(
                    AppendException.Kind.TRANSACTION_COORDINATOR_FENCED,
                    who + ", where coordinator epoch " + fenced.current() + " has written");
        }
        throw new IllegalArgumentException("not a refusal: " + verdict);
    }
}
