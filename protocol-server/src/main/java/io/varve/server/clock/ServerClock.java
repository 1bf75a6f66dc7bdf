// SPDX-License-Identifier: Apache-2.0
package io.varve.server.clock;

import org.apache.kafka.common.errors.ApiException;

/** Tells the server's time, and moves it if it can be moved ({@code clock=virtual}). Thread-safe. */
public interface ServerClock {
    /**
     * @return the time
     * @throws ApiException if the server runs by the machine's clock
     */
    ClockReading read();

    /**
     * Moves the time ahead, and runs what becomes due. Waits until the effects are visible. The same time
     * again changes nothing, so that a client can repeat its request.
     *
     * @param ms the new time in ms since the epoch, not in the past
     * @throws ApiException if the time is in the past or too far ahead, or the server runs by the machine's
     *     clock
     */
    void moveTo(long ms);

    /**
     * Checks a move, and changes nothing.
     *
     * @param ms as in {@link #moveTo}
     * @throws ApiException as {@link #moveTo}
     */
    void check(long ms);
}
