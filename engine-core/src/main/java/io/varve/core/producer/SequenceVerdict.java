// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

/**
 * Says whether a producer's batch or a marker may be appended, and if not, why: the result of
 * {@link SequenceCheck}.
 */
public sealed interface SequenceVerdict {
    /** The batch follows the last one: append it. */
    enum Accepted implements SequenceVerdict {
        /** The only value. */
        INSTANCE
    }

    /**
     * The batch was appended before: the producer gets the original offsets.
     *
     * @param original the batch as it was appended
     */
    record Duplicate(SequencedBatch original) implements SequenceVerdict {}

    /**
     * The epoch is lower than the producer's current one; or, for a marker, its transaction has ended.
     *
     * @param current the producer's current epoch
     */
    record Fenced(short current) implements SequenceVerdict {}

    /**
     * The batch does not follow the last one: a batch between them is missing.
     *
     * @param expected the first sequence that would have followed
     */
    record OutOfOrder(int expected) implements SequenceVerdict {}

    /**
     * The batch does not fit the state of the producer's transaction.
     *
     * @param why the reason, for the message
     */
    record WrongTransaction(String why) implements SequenceVerdict {}

    /**
     * A coordinator of a higher epoch has written a marker for the producer.
     *
     * @param current that coordinator's epoch
     */
    record CoordinatorFenced(int current) implements SequenceVerdict {}
}
