// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

/**
 * Says what becomes of a batch of an idempotent or transactional producer, or of a marker: the answer of
 * {@link SequenceCheck}.
 */
public sealed interface SequenceVerdict {
    /** The batch follows the last one: append it. */
    enum Accepted implements SequenceVerdict {
        /** The only value. */
        INSTANCE
    }

    /**
     * The batch was appended before: the producer is told where.
     *
     * @param original where it lies
     */
    record Duplicate(SequencedBatch original) implements SequenceVerdict {}

    /**
     * A newer incarnation of the producer has written; or, for a marker, the transaction it means has ended.
     *
     * @param current the epoch known
     */
    record Fenced(short current) implements SequenceVerdict {}

    /**
     * The batch does not follow the last one: something between is missing.
     *
     * @param expected the first sequence that would have followed
     */
    record OutOfOrder(int expected) implements SequenceVerdict {}

    /**
     * The batch and the producer's transactions do not go together.
     *
     * @param why what is missing, or in the way
     */
    record WrongTransaction(String why) implements SequenceVerdict {}

    /**
     * A newer coordinator has written a marker for the producer.
     *
     * @param current its epoch
     */
    record CoordinatorFenced(int current) implements SequenceVerdict {}
}
