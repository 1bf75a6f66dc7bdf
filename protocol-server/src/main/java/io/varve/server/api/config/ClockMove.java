// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.clock.ClockResource;
import io.varve.server.clock.ServerClock;
import java.util.Map;

/** Moves the server's clock for a client that sets its time. */
final class ClockMove {
    private ClockMove() {}

    /**
     * Waits until the effects of the move are visible: used on a worker thread.
     *
     * @param wanted the settings of the clock that the client wants, by name
     * @param validateOnly true to check the move only
     * @throws org.apache.kafka.common.errors.ApiException if the clock cannot be moved so
     */
    static void apply(ServerClock clock, Map<String, String> wanted, boolean validateOnly) {
        long ms = ClockResource.wantedTime(wanted);
        if (validateOnly) {
            clock.check(ms);
        } else {
            clock.moveTo(ms);
        }
    }
}
