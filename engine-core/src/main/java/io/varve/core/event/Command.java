// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

/**
 * Requests a change of the state, or an answer from it.
 *
 * @param <S> the state, immutable
 * @param <E> an event
 * @param <R> the answer
 */
@FunctionalInterface
public interface Command<S, E, R> {
    /**
     * Decides the events, and changes nothing itself. Runs on the log's writer: must be short and must
     * not block.
     *
     * @param state the state with every earlier command's events applied
     * @return the events, in order, and the answer
     * @throws RuntimeException to refuse: the command's future fails with it, and no event is logged
     */
    Decision<E, R> decide(S state);
}
