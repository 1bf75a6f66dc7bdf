// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Holds a command's decision: events and an answer.
 *
 * @param events the events to log, in order, all or none; may be empty
 * @param answer computes the command's answer once the events are durable and their effects took place; may
 *     throw to fail the command's future
 * @param <E> an event
 * @param <R> the answer
 */
public record Decision<E, R>(List<E> events, Supplier<R> answer) {
    /** Copies the events. */
    public Decision {
        events = List.copyOf(events);
        Objects.requireNonNull(answer, "answer");
    }

    /**
     * @param events the events to log, in order, all or none
     * @param answer the answer, which depends on nothing that happens later
     * @return a decision with that answer
     */
    public static <E, R> Decision<E, R> of(List<E> events, R answer) {
        return new Decision<>(events, () -> answer);
    }

    /**
     * @param answer the answer
     * @return a decision without events
     */
    public static <E, R> Decision<E, R> nothing(R answer) {
        return of(List.of(), answer);
    }
}
