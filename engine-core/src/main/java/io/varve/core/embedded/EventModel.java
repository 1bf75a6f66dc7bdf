// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

/**
 * Says what events mean to a state, and how both are written. Methods must be pure: the same in every run,
 * with no effect but their result.
 *
 * @param <S> the state, immutable
 * @param <E> an event, immutable
 */
public interface EventModel<S, E> {
    /** @return the state before the first event */
    S initial();

    /**
     * Applies an event that happened: it must not be refused any more.
     *
     * @param state the state before the event
     * @param event the event
     * @return the state after it
     */
    S apply(S state, E event);

    /**
     * @param event an event
     * @return its bytes, kept for good: {@link #read} must understand them also years later
     */
    byte[] write(E event);

    /**
     * @param bytes an event's bytes, of this version of the program or of an earlier one
     * @return the event
     * @throws RuntimeException if they are none: the opening of the state fails with it
     */
    E read(byte[] bytes);
}
