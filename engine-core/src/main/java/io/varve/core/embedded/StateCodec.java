// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

/**
 * Writes a state into a snapshot, and reads it back. A snapshot only shortens a start: one that is missing,
 * damaged, of another version, or that cannot be read is replaced by the events.
 *
 * @param <S> the state
 */
public interface StateCodec<S> {
    /**
     * @return the version of the state's form and of what events mean to it, 0 to 99999. Raise it when
     *     {@link EventModel#apply} or the form changes: snapshots of other versions are not read
     */
    int version();

    /**
     * @param state a state
     * @return its bytes
     */
    byte[] write(S state);

    /**
     * @param bytes what {@link #write} of this version returned
     * @return the state
     */
    S read(byte[] bytes);
}
