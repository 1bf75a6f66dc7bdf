// SPDX-License-Identifier: Apache-2.0
package io.varve.core.event;

/**
 * Asks for a change of the state, or a look at it.
 *
 * @param <S> the state, immutable
 * @param <E> an event
 * @param <R> the answer
 */
@FunctionalInterface
public interface Command<S, E, R> {
    /**
     * Decides, without changing anything, what shall happen. Runs on the log's writer: must be short and must
     * not block.
     *
     * @param state the state with every earlier command's events applied
     * @return the events, in order, and the answer
     * @throws RuntimeException to refuse: the command's future fails with it and nothing happens
     */
    Decision<E, R> decide(S state);
}
