// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

/** What a partition says to a batch of an idempotent producer. */
public sealed interface SequenceCheck {
    /** The batch follows the last one: append it. */
    enum Accepted implements SequenceCheck {
        /** The only value. */
        INSTANCE
    }

    /**
     * The batch was appended before: answer with where.
     *
     * @param original where it lies
     */
    record Duplicate(SequencedBatch original) implements SequenceCheck {}

    /**
     * A newer incarnation of the producer has written.
     *
     * @param current its epoch
     */
    record Fenced(short current) implements SequenceCheck {}

    /**
     * The batch does not follow the last one: something between is missing.
     *
     * @param expected the first sequence that would have followed
     */
    record OutOfOrder(int expected) implements SequenceCheck {}
}
